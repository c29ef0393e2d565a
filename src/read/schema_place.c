/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Members stand one behind the other. Those with bits share words of their type's width as long as each
 * begins where, or after, the one before ended and there is room; then the next word begins. A member
 * without bits, or of another width, goes behind the word. */
#include "read/schema_place.h"

#include "base/tidy.h"
#include "model/plan.h"

static const char beyond_any_map[] = "lies beyond any map";

static void reach(struct schema_placing *placing, uint64_t end)
{
	placing->size = MAX_OF(placing->size, end);
	placing->next = placing->is_union ? 0 : end;
}

static const char *place_whole(struct schema_placing *placing, const struct schema_spot *spot,
			       struct field *field)
{
	uint64_t from = spot->has_offset ? spot->offset : placing->next;

	if (from + field->size > UINT32_MAX)
		return beyond_any_map;
	field->offset = (uint32_t)from;
	placing->width = 0;
	reach(placing, from + field->size);
	return NULL;
}

/* The first bit of the field, from the start of the struct in BTF's order. */
static uint64_t in_word(struct schema_placing *placing, const struct schema_spot *spot,
			uint32_t width)
{
	bool is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	uint32_t from = spot->has_shift ? spot->shift : placing->used;

	if (spot->has_offset || placing->is_union || placing->width != width ||
	    from < placing->used || from + spot->bits > width) {
		placing->word = spot->has_offset ? spot->offset : placing->next;
		placing->width = width;
		from = spot->has_shift ? spot->shift : 0;
	}
	placing->used = from + spot->bits;
	reach(placing, placing->word + width / 8);
	/* There compilers give bits away from the highest on; a shift counts from the lowest all the same. */
	if (spot->has_shift && is_big_endian)
		from = width - from - spot->bits;
	return placing->word * 8 + from;
}

static uint64_t at_bit(struct schema_placing *placing, const struct schema_spot *spot)
{
	uint64_t first = (uint64_t)spot->offset * 8 + spot->bit;

	placing->width = 0;
	reach(placing, (first + spot->bits + 7) / 8);
	return first;
}

static const char *place_bits(struct schema_placing *placing, const struct schema_spot *spot,
			      struct field *field)
{
	uint32_t width = field->size * 8;
	uint64_t first;

	if (spot->bits == 0 || spot->shift + (uint64_t)spot->bits > width)
		return "has bits outside of its type";
	if (spot->has_bit && (!spot->has_offset || spot->has_shift))
		return "has a \"bit\", which goes with an \"offset\" and without a \"shift\"";
	first = spot->has_bit ? at_bit(placing, spot) : in_word(placing, spot, width);
	if (placing->size > UINT32_MAX)
		return beyond_any_map;
	if (spot->bits == width && first % 8 == 0) { /* the whole word */
		field->offset = (uint32_t)(first / 8);
		return NULL;
	}
	field->is_bitfield = true;
	field->bit_size = (uint8_t)spot->bits;
	field->bit_shift = first % 8;
	field->offset = (uint32_t)(first / 8);
	field->size = (field->bit_shift + spot->bits + 7) / 8;
	return NULL;
}

const char *schema_place(struct schema_placing *placing, const struct schema_spot *spot,
			 struct field *field)
{
	bool can_share = field->kind == FIELD_UINT || field->kind == FIELD_INT ||
			 field->kind == FIELD_BOOL || field->kind == FIELD_ENUM;
	struct schema_spot whole = *spot;

	if (!spot->has_shift && !spot->has_bits)
		return spot->has_bit ? "has a \"bit\" and no \"bits\""
				     : place_whole(placing, spot, field);
	if (!can_share)
		return "can't have bits: it is neither integer, bool nor enum";
	if (!spot->has_bits && field->size * 8 > spot->shift)
		whole.bits = field->size * 8 - spot->shift;
	return place_bits(placing, &whole, field);
}
