/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* JSON to trees of fields, depth first. Invariant: no two members of a struct share a bit, those of a
 * union may, and the size of both covers them; depth and number of fields are bounded as a plan's are. */
#include <errno.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/format.h"
#include "read/schema_json.h"
#include "read/schema_node.h"
#include "read/schema_place.h"
#include "read/schema_type.h"

static const char *const field_members[] = {
	"name", "type", "ctype", "values", "fields", "union", "size",	"count",   "offset",
	"bit",	"bits", "shift", "mask",   "format", "hide",  "nature", "comment", NULL};

static int read_field(struct schema_reader *reader, const cJSON *object,
		      struct schema_placing *placing, struct schema_node **out);

static struct schema_node *new_node(const struct schema_reader *reader)
{
	struct schema_node *node = arena_alloc(&reader->schema->mem, sizeof(*node));

	if (!node) {
		schema_no_memory(reader);
		return NULL;
	}
	node->proto.name = node->proto.type = "";
	return node;
}

static const char *keep(const struct schema_reader *reader, const char *text)
{
	const char *kept = arena_strdup(&reader->schema->mem, text);

	if (!kept)
		schema_no_memory(reader);
	return kept;
}

/* What sentences call a field. */
static const char *called(const struct schema_node *node)
{
	return node->proto.name[0] ? node->proto.name : "(nameless)";
}

/* -- members of a struct -- */

static void bits_of(const struct field *field, uint64_t *from, uint64_t *to)
{
	*from = (uint64_t)field->offset * 8 + (field->is_bitfield ? field->bit_shift : 0);
	*to = *from + (field->is_bitfield ? field->bit_size : (uint64_t)field->size * 8);
}

/* Refuses a member that shares bits or its name with one before. */
static int check_neighbours(const struct schema_reader *reader, const struct schema_node *first,
			    const struct schema_node *node, bool is_union)
{
	uint64_t from, to, other_from, other_to;

	bits_of(&node->proto, &from, &to);
	for (; first != node; first = first->next) {
		bits_of(&first->proto, &other_from, &other_to);
		if (!is_union && from < other_to && other_from < to)
			return schema_refuse(reader, "'%s' at byte %u overlaps '%s' at byte %u",
					     called(node), node->proto.offset, called(first),
					     first->proto.offset);
		if (node->proto.name[0] && strcmp(node->proto.name, first->proto.name) == 0)
			return schema_refuse(reader, "two fields are called '%s'",
					     node->proto.name);
	}
	return 0;
}

static int read_members(struct schema_reader *reader, const cJSON *list, struct schema_node *parent,
			struct schema_placing *placing)
{
	struct schema_node **last = &parent->below;
	int r = 0;

	if (!cJSON_IsArray(list))
		return schema_refuse(reader, "the fields of '%s' are not a list", called(parent));
	if (reader->depth == PLAN_MAX_DEPTH)
		return schema_refuse(reader, "'%s' is nested deeper than %u levels", called(parent),
				     PLAN_MAX_DEPTH);
	reader->depth++;
	for (const cJSON *item = list->child; r == 0 && item; item = item->next) {
		r = read_field(reader, item, placing, last);
		if (r < 0)
			break;
		r = check_neighbours(reader, parent->below, *last, placing->is_union);
		last = &(*last)->next;
	}
	reader->depth--;
	return r;
}

static int read_group(struct schema_reader *reader, const cJSON *object, struct schema_node *node)
{
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(object, "fields");
	const cJSON *members = cJSON_GetObjectItemCaseSensitive(object, "union");
	struct schema_placing placing = {.is_union = members != NULL};
	uint32_t size = 0;
	int r = fields && members
			? schema_refuse(reader, "'%s' has both \"fields\" and \"union\"",
					called(node))
			: read_members(reader, members ? members : fields, node, &placing);

	if (r < 0)
		return r;
	r = schema_count(reader, object, "size", called(node), UINT32_MAX, &size);
	if (r == 1 && size < placing.size)
		return schema_refuse(reader, "'%s' has a \"size\" of %u %s and its fields take %u",
				     called(node), size, num_noun(size, "byte", "bytes"),
				     (unsigned)placing.size);
	node->proto.kind = members ? FIELD_UNION : FIELD_STRUCT;
	node->proto.size = r == 1 ? size : (uint32_t)placing.size;
	return r < 0 ? r : 0;
}

/* -- leaves -- */

static int read_values(struct schema_reader *reader, const cJSON *values, struct field *field)
{
	int n = cJSON_GetArraySize(values);
	struct enum_name *names = arena_array(&reader->schema->mem, n + 1, sizeof(*names));
	const cJSON *item = values->child;

	if (!cJSON_IsObject(values))
		return schema_refuse(reader, "\"values\" of '%s' are not {\"NAME\": number, ...}",
				     field->name);
	if (field->kind != FIELD_UINT && field->kind != FIELD_INT)
		return schema_refuse(reader, "'%s' has \"values\" and is no integer", field->name);
	if (!names)
		return schema_no_memory(reader);
	for (int i = 0; i < n; i++, item = item->next) {
		names[i].name = keep(reader, item->string);
		if (!names[i].name)
			return -ENOMEM;
		if (!schema_whole(item, &names[i].value))
			return schema_refuse(reader, "the value \"%s\" of '%s' is no whole number",
					     item->string, field->name);
	}
	field->kind = FIELD_ENUM;
	field->names = names;
	field->n_names = (uint32_t)n;
	return 0;
}

static int read_type(struct schema_reader *reader, const cJSON *object, struct schema_node *node,
		     struct schema_type *type)
{
	const cJSON *values = cJSON_GetObjectItemCaseSensitive(object, "values");
	const char *name = NULL;
	int r = schema_text(reader, object, "type", called(node), &name);

	if (r < 0)
		return r;
	if (!name)
		return schema_refuse(reader, "'%s' has neither \"type\" nor \"fields\"",
				     called(node));
	r = schema_type_parse(name, type);
	if (r == -EDOM)
		return schema_refuse(reader, "'%s' of '%s' needs a length: '%s[16]'", name,
				     called(node), name);
	if (r < 0)
		return schema_refuse(
			reader,
			"'%s' has the type '%s', which is none of u8 to u128, s8 to "
			"s128, f16 to f128, bool, char, char[N], bytes[N], ptr, be16 to "
			"be64, or an array like u64[4]",
			called(node), name);
	node->proto.kind = type->kind;
	node->proto.is_signed = type->is_signed;
	node->proto.size = type->size;
	node->proto.type = keep(reader, type->c_name ? type->c_name : name);
	if (!node->proto.type)
		return -ENOMEM;
	return values ? read_values(reader, values, &node->proto) : 0;
}

static int read_dims(struct schema_reader *reader, const cJSON *object, struct schema_node *node,
		     struct schema_type *type)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "count");
	const cJSON *one = cJSON_IsArray(item) ? item->child : item;
	int64_t n;

	if (cJSON_GetArraySize(item) > SCHEMA_MAX_DIMS)
		return schema_refuse(reader, "'%s' has more than %d dimensions", called(node),
				     SCHEMA_MAX_DIMS);
	for (type->n_dims = 0; one; one = one->next) {
		if (!schema_whole(one, &n) || n < 0 || n > UINT32_MAX)
			return schema_refuse(reader, "the \"count\" of '%s' is no whole number",
					     called(node));
		type->dims[type->n_dims++] = (uint32_t)n;
		if (item == one)
			break;
	}
	return 0;
}

/* -- arrays -- */

static int new_array(struct schema_reader *reader, struct schema_node *element, uint32_t count,
		     const char *type, struct schema_node **out)
{
	struct schema_node *array = new_node(reader);
	uint64_t size = (uint64_t)element->proto.size * count;

	if (!array)
		return -ENOMEM;
	if (size > UINT32_MAX)
		return schema_refuse(reader, "'%s' is larger than any map", type);
	array->below = element;
	array->proto.kind = FIELD_ARRAY;
	array->proto.type = type;
	array->proto.stride = element->proto.size;
	array->proto.count = count;
	array->proto.size = (uint32_t)size;
	*out = array;
	return 0;
}

/* Names of types in C, the outermost array's first and the element's last. */
struct c_types {
	const char *at[SCHEMA_MAX_DIMS + 1];
};

/* Each array's is that of the one around it without a dimension. */
static int cut_types(struct schema_reader *reader, const char *name, unsigned n_dims,
		     struct c_types *out)
{
	out->at[0] = keep(reader, name);
	for (unsigned i = 0; out->at[i]; i++) {
		char *element = i < n_dims ? arena_strdup(&reader->schema->mem, out->at[i]) : NULL;

		if (i == n_dims)
			return 0;
		if (element)
			schema_type_cut(element);
		out->at[i + 1] = element;
	}
	return schema_no_memory(reader);
}

/* "ctype": one name, or where typedefs stand for dimensions a list of them all. Without it, name. */
static int read_c_types(struct schema_reader *reader, const cJSON *object, const char *name,
			const struct schema_node *node, unsigned n_dims, struct c_types *out)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "ctype"), *item;
	unsigned n = 0;

	if (!cJSON_IsArray(list)) {
		int r = schema_text(reader, object, "ctype", called(node), &name);

		return r < 0 ? r : cut_types(reader, name, n_dims, out);
	}
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item) || n > n_dims)
			break;
		out->at[n] = keep(reader, item->valuestring);
		if (!out->at[n++])
			return -ENOMEM;
	}
	if (item || n != n_dims + 1)
		return schema_refuse(reader,
				     "\"ctype\" of '%s' is a text, or a list of %u: one for each "
				     "array and one for the element",
				     called(node), n_dims + 1);
	return 0;
}

/* Puts the arrays of type around *node, innermost first; the name moves to the outermost. */
static int wrap(struct schema_reader *reader, const struct schema_type *type,
		const struct c_types *c_types, struct schema_node **node)
{
	const char *name = (*node)->proto.name;
	int r = 0;

	(*node)->proto.type = c_types->at[type->n_dims];
	(*node)->proto.name = "";
	for (unsigned i = type->n_dims; r == 0 && i-- > 0;)
		r = new_array(reader, *node, type->dims[i], c_types->at[i], node);
	(*node)->proto.name = name;
	return r;
}

/* -- what goes with every field -- */

/* A format that doesn't fit an array as a whole is meant for its elements. */
static int read_format(struct schema_reader *reader, const cJSON *object, struct schema_node *node)
{
	const struct format *format;
	const char *name = NULL;
	int r = schema_text(reader, object, "format", called(node), &name);

	if (r < 1)
		return r;
	format = format_named(name, strlen(name));
	if (!format)
		return schema_refuse(reader,
				     "'%s' has the format '%s', which is not one of those that "
				     "--help=formats lists",
				     called(node), name);
	while (node->proto.kind == FIELD_ARRAY && !format->fits(&node->proto))
		node = node->below;
	node->proto.format = format;
	return 0;
}

static int read_spot(struct schema_reader *reader, const cJSON *object, const char *name,
		     struct schema_spot *spot)
{
	const cJSON *mask = cJSON_GetObjectItemCaseSensitive(object, "mask");
	int r[4] = {
		schema_count(reader, object, "offset", name, UINT32_MAX, &spot->offset),
		schema_count(reader, object, "bit", name, 7, &spot->bit),
		schema_count(reader, object, "shift", name, 127, &spot->shift),
		schema_count(reader, object, "bits", name, 128, &spot->bits),
	};
	int64_t ones;

	for (size_t i = 0; i < ARRAY_LEN(r); i++)
		if (r[i] < 0)
			return r[i];
	spot->has_offset = r[0];
	spot->has_bit = r[1];
	spot->has_shift = r[2];
	spot->has_bits = r[3] || mask;
	if (!mask)
		return 0;
	if (r[3])
		return schema_refuse(reader, "'%s' has both \"bits\" and a \"mask\"", name);
	if (!schema_whole(mask, &ones) || !ones || ((uint64_t)ones & ((uint64_t)ones + 1)))
		return schema_refuse(
			reader,
			"the \"mask\" of '%s' is no run of ones from the lowest bit on, "
			"such as \"0xff\"; \"shift\" says how far to move it",
			name);
	spot->bits = (uint32_t)__builtin_popcountll((uint64_t)ones);
	return 0;
}

/* What belongs to structs means nothing beside a type, and the other way round. */
static int only_of_its_kind(const struct schema_reader *reader, const cJSON *object, bool is_group,
			    const char *name)
{
	static const char *const of_types[] = {"type", "values", "bits", "mask", "shift", NULL};
	static const char *const of_groups[] = {"count", "size", NULL};
	const char *const *foreign = is_group ? of_types : of_groups;

	for (; *foreign; foreign++)
		if (cJSON_GetObjectItemCaseSensitive(object, *foreign))
			return schema_refuse(reader, "'%s' has \"%s\", which goes %s \"fields\"",
					     name, *foreign, is_group ? "not with" : "only with");
	return 0;
}

/* Its type or its members, within its arrays. */
static int read_shape(struct schema_reader *reader, const cJSON *object, const char *name,
		      struct schema_node **out)
{
	bool is_group = cJSON_GetObjectItemCaseSensitive(object, "fields") ||
			cJSON_GetObjectItemCaseSensitive(object, "union");
	struct schema_node *node = new_node(reader);
	struct schema_type type = {0};
	struct c_types c_types = {0};
	int r = only_of_its_kind(reader, object, is_group, name);

	if (r < 0)
		return r;
	if (!node)
		return -ENOMEM;
	*out = node;
	node->proto.name = keep(reader, name);
	if (!node->proto.name)
		return -ENOMEM;
	r = is_group ? read_group(reader, object, node) : read_type(reader, object, node, &type);
	if (r == 0 && is_group)
		r = read_dims(reader, object, node, &type);
	if (r == 0)
		r = read_c_types(reader, object, node->proto.type, node, type.n_dims, &c_types);
	return r < 0 ? r : wrap(reader, &type, &c_types, out);
}

static void hide(struct schema_node *node)
{
	node->proto.is_hidden = true;
	for (; node->proto.kind == FIELD_ARRAY; node = node->below)
		node->below->proto.is_hidden = true;
}

static int read_nature(const struct schema_reader *reader, const cJSON *object,
		       struct schema_node *node)
{
	const char *word = NULL;
	int r = schema_text(reader, object, "nature", node->proto.name, &word);

	if (r < 0 || !word)
		return r;
	for (; node->proto.kind == FIELD_ARRAY; node = node->below)
		;
	for (unsigned i = NATURE_COUNTER; i < N_NATURES; i++)
		if (!strcmp(word, nature_names[i]))
			node->proto.nature = (enum nature)i;
	if (node->proto.nature == NATURE_GUESSED || !field_is_integer(&node->proto))
		return schema_refuse(reader, "\"nature\" is \"counter\" or \"gauge\", of a number");
	return 0;
}

/* With placing NULL it is a root, which needs neither name nor place. */
static int read_field(struct schema_reader *reader, const cJSON *object,
		      struct schema_placing *placing, struct schema_node **out)
{
	struct schema_spot spot = {0};
	const char *name = "", *wrong;
	bool is_hidden = false;
	int r = 0;

	if (!cJSON_IsObject(object))
		return schema_refuse(reader, "a field is not {\"name\": ..., \"type\": ...}");
	if (++reader->n_fields > PLAN_MAX_FIELDS)
		return schema_refuse(reader, "there are more than %u fields", PLAN_MAX_FIELDS);
	if (schema_text(reader, object, "name", "a field", &name) < 0 ||
	    schema_only(reader, object, name, field_members) < 0 ||
	    read_spot(reader, object, name, &spot) < 0 ||
	    schema_truth(reader, object, "hide", name, &is_hidden) < 0)
		return -EINVAL;
	r = read_shape(reader, object, name, out);
	if (r == 0)
		r = read_format(reader, object, *out);
	if (r < 0)
		return r;
	if (is_hidden)
		hide(*out);
	r = read_nature(reader, object, *out);
	if (r < 0)
		return r;
	if (!placing)
		return 0;
	if (!name[0] && !field_is_container(&(*out)->proto))
		return schema_refuse(reader, "a field of type '%s' has no \"name\"",
				     (*out)->proto.type);
	wrong = schema_place(placing, &spot, &(*out)->proto);
	return wrong ? schema_refuse(reader, "'%s' %s", name, wrong) : 0;
}

static int bare_type(struct schema_reader *reader, const char *text, struct schema_node **out)
{
	cJSON *object = cJSON_CreateObject();
	bool is_made = object && cJSON_AddStringToObject(object, "type", text);
	int r = is_made ? read_field(reader, object, NULL, out) : schema_no_memory(reader);

	cJSON_Delete(object);
	return r;
}

/* A list of fields is a struct without a name. */
static int bare_list(struct schema_reader *reader, const cJSON *list, struct schema_node **out)
{
	struct schema_placing placing = {0};
	struct schema_node *root = new_node(reader);
	int r;

	if (!root)
		return -ENOMEM;
	r = read_members(reader, list, root, &placing);
	root->proto.kind = FIELD_STRUCT;
	root->proto.size = (uint32_t)placing.size;
	*out = root;
	return r;
}

int schema_side(struct schema_reader *reader, const cJSON *item, const struct schema_node **out)
{
	struct schema_node *root = NULL;
	int r;

	reader->n_fields = reader->depth = 0;
	if (cJSON_IsString(item))
		r = bare_type(reader, item->valuestring, &root);
	else if (cJSON_IsObject(item))
		r = read_field(reader, item, NULL, &root);
	else
		r = bare_list(reader, item, &root);
	*out = root;
	return r;
}
