/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Golden screens: each tests/screens/NAME.txt is a script (tests/unit/script.h) and the screen it must give;
 * with the line "roles" the roles too, behind "---- roles". */
#include "tests/unit/script.h"

static void expected_of(const struct stage *stage, struct buf *out)
{
	buf_adds(out, "----\n");
	grid_text(&stage->grid, out);
	if (stage->with_roles) {
		buf_adds(out, "---- roles\n");
		grid_roles(&stage->grid, out);
	}
}

static void the_screen_is_as_expected(void **state)
{
	const char *file = *state, *expected;
	SCOPED(buf) text = {0};
	SCOPED(buf) is = {0};
	struct stage stage;

	assert_int_equal(file_read(file, MAX_FILE_BYTES, &text), 0);
	stage_open(&stage, file);
	expected = run_script(&stage, buf_text(&text));
	expected_of(&stage, &is);
	stage_close(&stage);
	if (!stage.is_cut)
		compare(file, &text, expected, &is);
}

int main(void)
{
	return run_folder("tests/screens/", the_screen_is_as_expected, NULL, 0);
}
