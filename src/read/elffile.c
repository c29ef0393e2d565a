/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Through libelf, which checks every length of the file. Symbols have addresses; the segments say where
 * in the file those stand, which is what the kernel knows of a frame of user space. */
#include "read/elffile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>

#include "base/tidy.h"

enum { SIZELESS_BYTES = 4096 };

struct opened {
	int fd;
	Elf *elf;
};

static bool open_elf(const char *path, struct opened *out)
{
	/* O_NONBLOCK: what a path leads to is not ours to trust */
	out->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (out->fd < 0)
		return false;
	elf_version(EV_CURRENT);
	out->elf = elf_begin(out->fd, ELF_C_READ_MMAP, NULL);
	if (out->elf && elf_kind(out->elf) == ELF_K_ELF)
		return true;
	elf_end(out->elf);
	close(out->fd);
	return false;
}

static void close_elf(struct opened *opened)
{
	elf_end(opened->elf);
	close(opened->fd);
}

/* -- build id -- */

static bool find_id(Elf_Data *notes, uint8_t build_id[ELF_BUILD_ID_BYTES])
{
	static const char owner[] = "GNU";
	size_t at = 0, next, name, desc;
	GElf_Nhdr note;

	while (notes && (next = gelf_getnote(notes, at, &note, &name, &desc)) > 0) {
		const char *bytes = notes->d_buf;

		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(owner) &&
		    memcmp(bytes + name, owner, sizeof(owner)) == 0 && note.n_descsz > 0 &&
		    note.n_descsz <= ELF_BUILD_ID_BYTES) {
			memset(build_id, 0, ELF_BUILD_ID_BYTES);
			memcpy(build_id, bytes + desc, note.n_descsz);
			return true;
		}
		at = next;
	}
	return false;
}

bool elf_read_build_id(const char *path, uint8_t build_id[ELF_BUILD_ID_BYTES])
{
	struct opened file;
	bool has = false;
	size_t n = 0;

	if (!open_elf(path, &file))
		return false;
	elf_getphdrnum(file.elf, &n);
	for (size_t i = 0; i < n && !has; i++) {
		GElf_Phdr segment;

		if (gelf_getphdr(file.elf, (int)i, &segment) && segment.p_type == PT_NOTE)
			has = find_id(elf_getdata_rawchunk(
					      file.elf, (int64_t)segment.p_offset, segment.p_filesz,
					      segment.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR),
				      build_id);
	}
	close_elf(&file);
	return has;
}

/* -- functions -- */

void elf_functions_release(struct elf_functions *functions)
{
	if (!functions)
		return;
	free(functions->at);
	free(functions->names);
	*functions = (struct elf_functions){0};
}

/* The section of symbols that knows most. */
static Elf_Scn *symbol_section(Elf *elf, GElf_Shdr *header)
{
	Elf_Scn *section = NULL, *found = NULL;
	GElf_Shdr each;

	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &each) || each.sh_entsize == 0 ||
		    (each.sh_type != SHT_SYMTAB && !(each.sh_type == SHT_DYNSYM && !found)))
			continue;
		found = section;
		*header = each;
	}
	return found;
}

static bool file_offset(Elf *elf, uint64_t address, uint64_t *offset_ret)
{
	size_t n = 0;

	elf_getphdrnum(elf, &n);
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD ||
		    address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_memsz)
			continue;
		*offset_ret = address - segment.p_vaddr + segment.p_offset;
		return true;
	}
	return false;
}

/* The names in one piece of our own, so that the file can be closed. */
static bool copy_names(Elf *elf, size_t section, struct elf_functions *out, size_t *size_ret)
{
	Elf_Scn *strings = elf_getscn(elf, section);
	Elf_Data *data = strings ? elf_getdata(strings, NULL) : NULL;

	if (!data || !data->d_buf || data->d_size == 0)
		return false;
	out->names = malloc(data->d_size + 1);
	if (!out->names)
		return false;
	memcpy(out->names, data->d_buf, data->d_size);
	out->names[data->d_size] = '\0';
	*size_ret = data->d_size;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct elf_function *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int gather(Elf *elf, Elf_Data *symbols, size_t n, size_t names_size,
		  struct elf_functions *out)
{
	out->at = calloc(MAX_OF(n, 1), sizeof(*out->at));
	if (!out->at)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		GElf_Sym symbol;
		uint64_t offset;

		if (!gelf_getsym(symbols, (int)i, &symbol) || symbol.st_value == 0 ||
		    GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_name >= names_size ||
		    !file_offset(elf, symbol.st_value, &offset))
			continue;
		out->at[out->n++] =
			(struct elf_function){offset, symbol.st_size, out->names + symbol.st_name};
	}
	qsort(out->at, out->n, sizeof(*out->at), compare);
	return 0;
}

int elf_read_functions(const char *path, const char *symbols_path, struct elf_functions *out)
{
	struct opened file, symbols;
	GElf_Shdr header = {0};
	Elf_Scn *section;
	Elf_Data *data;
	size_t names_size;
	int r = -ENOENT;

	if (!open_elf(path, &file))
		return -ENOENT;
	if (!open_elf(symbols_path, &symbols)) {
		close_elf(&file);
		return -ENOENT;
	}
	section = symbol_section(symbols.elf, &header);
	data = section ? elf_getdata(section, NULL) : NULL;
	if (data && data->d_buf && copy_names(symbols.elf, header.sh_link, out, &names_size))
		r = gather(file.elf, data, data->d_size / header.sh_entsize, names_size, out);
	close_elf(&symbols);
	close_elf(&file);
	if (r < 0)
		elf_functions_release(out);
	return r;
}

const struct elf_function *elf_function_at(const struct elf_functions *functions, uint64_t offset)
{
	size_t from = 0, until = functions->n;
	const struct elf_function *found;

	while (from < until) {
		size_t mid = from + (until - from) / 2;

		if (functions->at[mid].offset <= offset)
			from = mid + 1;
		else
			until = mid;
	}
	if (from == 0)
		return NULL;
	found = &functions->at[from - 1];
	/* Hand-written code has no size, but is never long. */
	return offset - found->offset < (found->size ? found->size : SIZELESS_BYTES) ? found : NULL;
}

/* -- variables -- */

static void tell_variable(Elf *elf, size_t strings, const GElf_Sym *symbol, elf_variable_fn *fn,
			  void *ctx)
{
	Elf_Scn *section = elf_getscn(elf, symbol->st_shndx);
	bool is_local = GELF_ST_BIND(symbol->st_info) == STB_LOCAL;
	struct elf_variable variable = {.offset = symbol->st_value};
	GElf_Shdr header;
	size_t names;

	if (!section || !gelf_getshdr(section, &header) || elf_getshdrstrndx(elf, &names) != 0)
		return;
	variable.name = is_local ? "" : elf_strptr(elf, strings, symbol->st_name);
	variable.section = elf_strptr(elf, names, header.sh_name);
	variable.section_size = header.sh_size;
	if (variable.name && variable.section)
		fn(ctx, &variable);
}

bool elf_each_variable(const char *path, elf_variable_fn *fn, void *ctx)
{
	struct opened file;
	GElf_Shdr header;
	Elf_Scn *section;
	Elf_Data *data;
	GElf_Sym symbol;

	if (!open_elf(path, &file))
		return false;
	section = symbol_section(file.elf, &header);
	data = section ? elf_getdata(section, NULL) : NULL;
	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++)
		if (GELF_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_shndx != SHN_UNDEF &&
		    symbol.st_shndx < SHN_LORESERVE)
			tell_variable(file.elf, header.sh_link, &symbol, fn, ctx);
	close_elf(&file);
	return true;
}
