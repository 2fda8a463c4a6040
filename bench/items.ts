/**
 * Items as an ERP or a PIM sends them, the same ones at every run.
 */

/** An item as a flow would hold it. */
export type BenchItem = Readonly<Record<string, unknown>>;

const articlesPerManufacturer = 500;

function stockItem(index: number): BenchItem {
  return {
    PartNo: `ART-${100_000 + index}`,
    WarehouseCode: 'HUVUDLAGER',
    LocationCode: `PLOCK-${index % 40}`,
    OnhandValue: (index * 7) % 250,
    IncomingValue: (index * 3) % 60,
    NextDeliveryDate: `2030-03-${String(1 + (index % 28)).padStart(2, '0')}T08:00:00`,
    LeadTimeDayCount: 1 + (index % 20),
    OnOrderValue: index % 12,
    MinimumValue: 5,
    MaximumValue: 400.5,
    IsActive: index % 17 !== 0,
    Infos: [{ Code: 'HYLLA', Value: `G${index % 9}-${index % 31}` }],
  };
}

function variant(index: number, size: string): BenchItem {
  const number = `${200_000 + index}-${size}`;
  return {
    ManufacturerPartNo: `M-${number}`,
    SortOrderValue: size.length,
    Cultures: [
      { CultureCode: 'sv-SE', Name: `Skaljacka storlek ${size}` },
      { CultureCode: 'en-GB', Name: `Shell jacket size ${size}` },
    ],
    Skus: [
      {
        PartNo: number,
        Status: 1,
        Type: 1,
        EanCode: `73${String(10_000_000_000 + index).padStart(11, '0')}`,
        IsBuyable: true,
        ActualWeight: 0.645,
        StandardPrice: {
          PartNo: number,
          PriceListCode: 'STANDARD',
          QuantityBreak: 0,
          PriceSale: 1499 + (index % 300),
          IsActive: true,
        },
      },
    ],
    VariantParametrics: [{ ParametricCode: 'STORLEK', ValueList: { Code: size } }],
  };
}

function image(index: number, side: string): BenchItem {
  return {
    FileTypeName: 'jpg',
    ExternalCode: `IMG-${index}-${side}`,
    Url: `https://images.example.com/products/${index}/${side}.jpg`,
  };
}

function productItem(index: number): BenchItem {
  return {
    Code: `P-${index}`,
    ManufacturerCode: `MF-${index % articlesPerManufacturer}`,
    ManufacturerName: 'Norrsken & Söner',
    Cultures: [
      {
        CultureCode: 'sv-SE',
        Name: `Fjällstorm skaljacka ${index}`,
        Description:
          'Vindtät jacka i tre lager med tejpade sömmar, justerbar huva och två fickor. Sydd av återvunnen polyester.',
      },
      {
        CultureCode: 'en-GB',
        Name: `Fjallstorm shell jacket ${index}`,
        Description:
          'Windproof three-layer jacket with taped seams, an adjustable hood and two pockets. Sewn from recycled polyester.',
      },
    ],
    Categories: [{ Code: 'JACKOR' }, { Code: 'FRILUFT' }],
    MainImage: image(index, 'fram'),
    AdditionalImages: [image(index, 'bak')],
    ProductParametrics: [
      { ParametricCode: 'MATERIAL', ValueList: { Code: 'POLYESTER' } },
      { ParametricCode: 'VATTENPELARE', ValueInteger: 15_000 + (index % 10) * 500 },
      { ParametricCode: 'VIKT', ValueDecimal: 0.645 },
    ],
    Variants: ['S', 'M', 'XL'].map((size) => variant(index, size)),
  };
}

function listOf(count: number, make: (index: number) => BenchItem): BenchItem[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Stock records with all 12 fields, about 290 bytes of JSON each. */
export function stockItems(count: number): BenchItem[] {
  return listOf(count, stockItem);
}

/** Products with texts in two languages, images, parametrics and three variants with a priced SKU each. */
export function productItems(count: number): BenchItem[] {
  return listOf(count, productItem);
}
