/**
 * ImportProducts: finds or creates the product, its variants and SKUs that an item speaks of, and writes them.
 */
import type { PlainRecord } from '../shapes.ts';
import type { Importer, ImportRequest } from './import-request.ts';
import { fieldMode, ItemRefused, lists } from './import-request.ts';
import { PriceImporter } from './prices.ts';
import { productRules, skuRules, variantRules } from './product-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import type { CatalogueState } from './state.ts';
import { keyOf, textOf } from './table.ts';

const inactiveStatus = 5;

interface CarriedSku {
  readonly carried: PlainRecord;
  readonly partNo: string | null;
  readonly sku: PlainRecord | undefined;
}

interface CarriedVariant {
  readonly carried: PlainRecord;
  readonly variant: PlainRecord | undefined;
  readonly skus: readonly CarriedSku[];
}

/** Writes products. */
export class ProductImporter implements Importer {
  readonly #state: CatalogueState;
  readonly #context: WriterContext;
  readonly #request: ImportRequest;
  readonly #products: RecordWriter;
  readonly #variants: RecordWriter;
  readonly #skus: RecordWriter;
  readonly #prices: PriceImporter;
  readonly #writesCode: boolean;
  readonly #writesVariants: boolean;
  readonly #writesSkus: boolean;

  constructor(state: CatalogueState, context: WriterContext) {
    this.#state = state;
    this.#context = context;
    this.#request = context.request;
    this.#products = new RecordWriter(productRules, context);
    this.#variants = new RecordWriter(variantRules, context);
    this.#skus = new RecordWriter(skuRules, context);
    this.#prices = new PriceImporter(state, context);
    this.#writesCode = lists(context.request, 'ProductFieldsThatAreSet', 'Code');
    this.#writesVariants = lists(context.request, 'ProductFieldsThatAreSet', 'Variants');
    this.#writesSkus = lists(context.request, 'VariantFieldsThatAreSet', 'Skus');
  }

  write(item: PlainRecord): void {
    const code = textOf(item.Code);
    if (this.#request.fullFile && code === null) throw new ItemRefused('FullFile needs a Code.');
    const variants = this.#findVariants(item);
    const current = this.#findProduct(code, variants);
    this.#checkInsert(item, current, variants);
    const carried = this.#withoutUnknown(item, current);
    const product = current ?? this.#products.create(carried);
    if (current === undefined) {
      this.#state.tables.products.put(String(this.#state.nextId()), product);
      product.ManufacturerCode ??= textOf(item.ManufacturerCode);
      product.Code = null;
    } else this.#products.update(product, carried);
    if (this.#writesCode && code !== product.Code) this.#state.assortment.setCode(product, code);
    this.#state.unsetOtherFlags(product.ProductFlags, carried.ProductFlags, 'IsSet');
    if (this.#writesVariants) for (const variant of variants) this.#writeVariant(product, variant);
    for (const variant of this.#state.assortment.variantsOf(product)) {
      this.#rekey(variant, product.ManufacturerCode, variant.ManufacturerPartNo);
    }
  }

  finish(items: readonly PlainRecord[]): void {
    if (!this.#request.fullFile || items.length === 0) return;
    const sent = new Set<PlainRecord>();
    const codes = new Set<string>();
    for (const item of items) {
      const code = textOf(item.Code);
      if (code !== null) codes.add(code);
      for (const { variant } of this.#findVariants(item)) if (variant !== undefined) sent.add(variant);
    }
    for (const code of codes) this.#dissolve(code, sent);
    if (this.#request.readings.productFullFile === 'everything') this.#inactivateAllBut(sent);
  }

  #findVariants(item: PlainRecord): readonly CarriedVariant[] {
    const { skus, variants } = this.#state.tables;
    const manufacturer = textOf(item.ManufacturerCode);
    return ((item.Variants ?? []) as PlainRecord[]).map((carried) => {
      const carriedSkus = ((carried.Skus ?? []) as PlainRecord[]).map((sku) => {
        const partNo = textOf(sku.PartNo);
        return { carried: sku, partNo, sku: partNo === null ? undefined : skus.find(keyOf(partNo)) };
      });
      const known = carriedSkus.find(({ sku }) => sku !== undefined)?.sku;
      const partNo = textOf(carried.ManufacturerPartNo);
      const byManufacturer =
        manufacturer === null || partNo === null ? undefined : variants.find(keyOf(manufacturer, partNo));
      const variant = known === undefined ? byManufacturer : this.#state.assortment.variantOf(known);
      return { carried, variant, skus: carriedSkus };
    });
  }

  #findProduct(code: string | null, variants: readonly CarriedVariant[]): PlainRecord | undefined {
    const { assortment } = this.#state;
    const known = variants.find(({ variant }) => variant !== undefined)?.variant;
    const byVariant = known === undefined ? undefined : assortment.productOf(known);
    const byCode = code === null ? undefined : assortment.productByCode(code);
    if (!this.#writesCode) return byVariant ?? byCode;
    if (code === null || byCode !== undefined || byVariant === undefined) return byCode ?? byVariant;
    // An unknown code renames a product that comes whole; of one that comes in part it makes a new cluster.
    const carried = new Set(variants.map(({ variant }) => variant));
    const isWhole = assortment.variantsOf(byVariant).every((variant) => carried.has(variant));
    return byVariant.Code === null || isWhole ? byVariant : undefined;
  }

  /** What only an insert needs, checked before anything is written. */
  #checkInsert(
    item: PlainRecord,
    product: PlainRecord | undefined,
    variants: readonly CarriedVariant[],
  ): void {
    const manufacturer = textOf(item.ManufacturerCode) ?? textOf(product?.ManufacturerCode);
    if (product === undefined) {
      if (manufacturer === null) throw new ItemRefused('A new product needs a ManufacturerCode.');
      if (!this.#writesVariants || variants.length === 0) throw new ItemRefused('The product is not known.');
      if (!this.#state.knows('manufacturers', manufacturer) && textOf(item.ManufacturerName) === null) {
        throw new ItemRefused(`Manufacturer '${manufacturer}' is not known and has no ManufacturerName.`);
      }
      this.#state.known.get('manufacturers')?.add(manufacturer);
    }
    if (!this.#writesVariants) return;
    for (const variant of variants) this.#checkVariant(variant, manufacturer);
  }

  #checkVariant({ carried, variant, skus }: CarriedVariant, manufacturer: string | null): void {
    if (variant === undefined) {
      if (manufacturer === null) throw new ItemRefused('A new variant needs a ManufacturerCode.');
      if (textOf(carried.ManufacturerPartNo) === null) {
        throw new ItemRefused('A new variant needs a ManufacturerPartNo.');
      }
      if (!this.#writesSkus || skus.length === 0) throw new ItemRefused('A new variant needs a SKU.');
    }
    if (!this.#writesSkus) return;
    for (const { carried: sku, partNo, sku: known } of skus) {
      if (partNo === null) throw new ItemRefused('PartNo is missing.');
      for (const name of ['Status', 'Type']) {
        const isWritten = fieldMode(this.#request, 'SkuFieldsThatAreSet', name) !== 'off';
        if (known === undefined && (!isWritten || typeof sku[name] !== 'number')) {
          throw new ItemRefused(`The new SKU '${partNo}' needs a ${name}.`);
        }
      }
    }
  }

  /** Unknown categories and families are passed over with a warning; what is stored stays. */
  #withoutUnknown(item: PlainRecord, product: PlainRecord | undefined): PlainRecord {
    const carried = { ...item };
    if (Array.isArray(item.Categories)) {
      carried.Categories = item.Categories.filter((category: PlainRecord) => {
        if (this.#state.knows('categories', category.Code)) return true;
        this.#context.report.warn(`Category '${String(category.Code)}' is not known.`, item);
        return false;
      });
    }
    const family = item.Family as PlainRecord | null | undefined;
    if (family && !this.#state.knows('families', family.Code)) {
      this.#context.report.warn(`Family '${String(family.Code)}' is not known.`, item);
      carried.Family = structuredClone(product?.Family ?? null);
    }
    return carried;
  }

  #writeVariant(product: PlainRecord, { carried, variant: found, skus }: CarriedVariant): void {
    const { assortment, tables } = this.#state;
    // An earlier variant of the same item may have created it meanwhile.
    const current =
      found ?? tables.variants.find(keyOf(product.ManufacturerCode, carried.ManufacturerPartNo));
    const variant = current ?? this.#variants.create(carried);
    if (current === undefined) {
      this.#rekey(variant, product.ManufacturerCode, carried.ManufacturerPartNo);
    } else {
      this.#variants.update(variant, carried);
      if (lists(this.#request, 'VariantFieldsThatAreSet', 'ManufacturerPartNo')) {
        this.#rekey(variant, product.ManufacturerCode, carried.ManufacturerPartNo);
      }
    }
    this.#state.unsetOtherFlags(variant.VariantFlags, carried.VariantFlags, 'IsSet');
    const isMoved = current === undefined || this.#writesCode;
    const emptied = isMoved ? assortment.moveVariant(variant, product) : undefined;
    for (const [key, record] of tables.products.entries()) {
      if (emptied === undefined) break;
      if (record === emptied) tables.products.remove(key);
    }
    if (this.#writesSkus) for (const sku of skus) this.#writeSku(variant, sku);
  }

  #writeSku(variant: PlainRecord, { carried, partNo, sku: found }: CarriedSku): void {
    const { assortment, tables } = this.#state;
    const current = found ?? tables.skus.find(keyOf(partNo));
    const sku = current ?? this.#skus.create(carried);
    if (current === undefined) tables.skus.put(keyOf(partNo), sku);
    else this.#skus.update(current, carried);
    if (assortment.variantOf(sku) === undefined) assortment.moveSku(sku, variant);
    const price = carried.StandardPrice as PlainRecord | null | undefined;
    if (!price || !lists(this.#request, 'SkuFieldsThatAreSet', 'StandardPrice')) return;
    try {
      this.#prices.write({ ...price, PartNo: price.PartNo ?? partNo });
    } catch (error) {
      if (!(error instanceof ItemRefused)) throw error;
      this.#context.report.warn(`StandardPrice: ${error.message}`, carried);
    }
  }

  /** Manufacturer and its part number are a variant's second key; a taken one is left to its owner. */
  #rekey(variant: PlainRecord, manufacturer: unknown, partNo: unknown): void {
    const { variants } = this.#state.tables;
    const next = keyOf(manufacturer, partNo);
    const owner = variants.find(next);
    if (owner === variant) return;
    if (owner !== undefined) {
      this.#context.report.warn(`'${next}' already belongs to another variant.`, variant);
      return;
    }
    const former = keyOf(variant.ManufacturerCode, variant.ManufacturerPartNo);
    if (variants.find(former) === variant) variants.remove(former);
    variant.ManufacturerCode = manufacturer ?? null;
    variant.ManufacturerPartNo = partNo ?? null;
    variants.put(next, variant);
  }

  /** Variants that a full file leaves out of their cluster become products of their own. */
  #dissolve(code: string, sent: ReadonlySet<PlainRecord>): void {
    const { assortment, tables } = this.#state;
    const cluster = assortment.productByCode(code);
    if (cluster === undefined) return;
    for (const variant of assortment.variantsOf(cluster)) {
      if (sent.has(variant)) continue;
      const product = { ...structuredClone(cluster), Code: null };
      tables.products.put(String(this.#state.nextId()), product);
      assortment.moveVariant(variant, product);
      this.#context.report.updated();
    }
  }

  #inactivateAllBut(sent: ReadonlySet<PlainRecord>): void {
    for (const [, sku] of this.#state.tables.skus.entries()) {
      const variant = this.#state.assortment.variantOf(sku);
      if ((variant !== undefined && sent.has(variant)) || sku.Status === inactiveStatus) continue;
      sku.Status = inactiveStatus;
      this.#context.report.updated();
    }
  }
}
