# SPDX-License-Identifier: GPL-3.0-or-later
# um.m4 -- libraries we need, flags that this compiler knows.

# UM_NEED(PREFIX, MODULES, WHAT, DEBIAN-PACKAGE): a clear word when it is missing.
AC_DEFUN([UM_NEED], [
	PKG_CHECK_MODULES([$1], [$2], [],
		[AC_MSG_ERROR([$3 is missing (Debian: apt-get install $4)])])
])

# UM_TRY_CFLAGS(FLAGS): adds those to UM_CFLAGS that the compiler takes without
# a warning of its own.
AC_DEFUN([UM_TRY_CFLAGS], [
	for um_flag in $1; do
		AC_MSG_CHECKING([whether $CC takes $um_flag])
		um_saved="$CFLAGS"
		CFLAGS="-Werror $um_flag"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
			[um_takes=yes; UM_CFLAGS="$UM_CFLAGS $um_flag"],
			[um_takes=no])
		CFLAGS="$um_saved"
		AC_MSG_RESULT([$um_takes])
	done
])

# UM_TRY_LDFLAGS(FLAGS): likewise for the linker.
AC_DEFUN([UM_TRY_LDFLAGS], [
	for um_flag in $1; do
		AC_MSG_CHECKING([whether the linker takes $um_flag])
		um_saved_ld="$LDFLAGS"; um_saved="$CFLAGS"
		LDFLAGS="$um_flag"; CFLAGS="-Werror -fPIC"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[um_takes=yes; UM_LDFLAGS="$UM_LDFLAGS $um_flag"],
			[um_takes=no])
		LDFLAGS="$um_saved_ld"; CFLAGS="$um_saved"
		AC_MSG_RESULT([$um_takes])
	done
])
