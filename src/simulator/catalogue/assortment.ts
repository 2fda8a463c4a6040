/**
 * Which SKU belongs to which variant, and which variant to which product.
 */
import type { PlainRecord } from '../shapes.ts';

/** The tree of products, variants and SKUs. */
export class Assortment {
  readonly #productsByCode = new Map<string, PlainRecord>();
  readonly #variantsOfProduct = new Map<PlainRecord, Set<PlainRecord>>();
  readonly #productOfVariant = new Map<PlainRecord, PlainRecord>();
  readonly #skusOfVariant = new Map<PlainRecord, Set<PlainRecord>>();
  readonly #variantOfSku = new Map<PlainRecord, PlainRecord>();

  /** The product (cluster) that goes by a code. */
  productByCode(code: string): PlainRecord | undefined {
    return this.#productsByCode.get(code);
  }

  /** Sets or clears a product's code. */
  setCode(product: PlainRecord, code: string | null): void {
    const before = product.Code;
    if (typeof before === 'string') this.#productsByCode.delete(before);
    product.Code = code;
    if (code !== null) this.#productsByCode.set(code, product);
  }

  /** The product that a variant belongs to. */
  productOf(variant: PlainRecord): PlainRecord | undefined {
    return this.#productOfVariant.get(variant);
  }

  /** The variants of a product. */
  variantsOf(product: PlainRecord): readonly PlainRecord[] {
    return [...(this.#variantsOfProduct.get(product) ?? [])];
  }

  /** The variant that a SKU belongs to. */
  variantOf(sku: PlainRecord): PlainRecord | undefined {
    return this.#variantOfSku.get(sku);
  }

  /** The SKUs of a variant. */
  skusOf(variant: PlainRecord): readonly PlainRecord[] {
    return [...(this.#skusOfVariant.get(variant) ?? [])];
  }

  /** Puts a variant into a product and out of the one it was in, which is returned when nothing is left of it. */
  moveVariant(variant: PlainRecord, product: PlainRecord): PlainRecord | undefined {
    const former = this.#productOfVariant.get(variant);
    if (former === product) return undefined;
    this.#productOfVariant.set(variant, product);
    addTo(this.#variantsOfProduct, product, variant);
    if (former === undefined) return undefined;
    const left = this.#variantsOfProduct.get(former);
    left?.delete(variant);
    if (left === undefined || left.size > 0) return undefined;
    this.#variantsOfProduct.delete(former);
    this.setCode(former, null);
    return former;
  }

  /** Puts a SKU into a variant and out of the one it was in. */
  moveSku(sku: PlainRecord, variant: PlainRecord): void {
    const former = this.#variantOfSku.get(sku);
    if (former !== undefined) this.#skusOfVariant.get(former)?.delete(sku);
    this.#variantOfSku.set(sku, variant);
    addTo(this.#skusOfVariant, variant, sku);
  }

  /** Forgets the tree. */
  clear(): void {
    this.#productsByCode.clear();
    this.#variantsOfProduct.clear();
    this.#productOfVariant.clear();
    this.#skusOfVariant.clear();
    this.#variantOfSku.clear();
  }
}

function addTo(map: Map<PlainRecord, Set<PlainRecord>>, parent: PlainRecord, child: PlainRecord): void {
  const children = map.get(parent);
  if (children === undefined) map.set(parent, new Set([child]));
  else children.add(child);
}
