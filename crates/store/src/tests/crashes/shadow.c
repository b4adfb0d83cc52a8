/* A disk that loses power, as a library to be loaded before a program's own (LD_PRELOAD).
 *
 * Everything below SHADOW_ROOT also exists below SHADOW_COPY, where only what was synced arrives: the bytes of a file when it is
 * fsynced, names at once and in order (mkdir, rename, unlink, creating), which is kind to the program. After a kill, SHADOW_COPY
 * is what a disk holds that kept nothing else. sync_file_range is no fsync: it writes neither a file's length nor the drive's
 * cache, and so it does nothing here.
 *
 * Both folders are absolute paths without links, on one file system or two. Real fsyncs are left out: nothing here needs them.
 * Programs that do not go through the C library are not seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t copying = PTHREAD_MUTEX_INITIALIZER;

static void fail(const char *what) {
    dprintf(2, "shadow: %s: %s\n", what, strerror(errno));
    abort();
}

/* The path in the copy of a path, which may be relative to a folder's handle. False if it lies elsewhere. */
static int shadowed(int at, const char *path, char out[PATH_MAX]) {
    const char *root = getenv("SHADOW_ROOT"), *copy = getenv("SHADOW_COPY");
    char base[PATH_MAX] = "", full[2 * PATH_MAX];
    if (!root || !copy || !path) return 0;
    if (path[0] == '/') {
        snprintf(full, sizeof full, "%s", path);
    } else {
        if (at == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", at);
            ssize_t length = readlink(link, base, sizeof base - 1);
            if (length < 0) return 0;
            base[length] = 0;
        }
        snprintf(full, sizeof full, "%s/%s", base, path);
    }
    size_t length = strlen(root);
    if (strncmp(full, root, length) != 0 || (full[length] != '/' && full[length] != 0)) return 0;
    return snprintf(out, PATH_MAX, "%s%s", copy, full + length) < PATH_MAX;
}

/* Brings the copy of an open file up to date, without ever taking away what was there: a kill in between leaves some pages old. */
static void arrive(int from, const char *to) {
    static char buffer[1 << 16];
    pthread_mutex_lock(&copying);
    int copy = REAL(open)(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (copy < 0) fail(to);
    off_t done = 0;
    for (;;) {
        ssize_t got = pread(from, buffer, sizeof buffer, done);
        if (got < 0) fail("pread");
        if (got == 0) break;
        if (pwrite(copy, buffer, got, done) != got) fail("pwrite");
        done += got;
    }
    if (ftruncate(copy, done) != 0) fail("ftruncate");
    close(copy);
    pthread_mutex_unlock(&copying);
}

static void synced(int fd) {
    char link[64], path[PATH_MAX], to[PATH_MAX];
    struct stat found;
    if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode) || found.st_nlink == 0) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    if (!shadowed(AT_FDCWD, path, to)) return;
    /* The program's handle may be for writing only. */
    int from = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    if (from < 0) return;
    arrive(from, to);
    close(from);
}

int fsync(int fd) {
    synced(fd);
    return 0;
}

int fdatasync(int fd) {
    synced(fd);
    return 0;
}

static int synced_path(const char *path, const struct stat *found, int kind, struct FTW *unused) {
    (void)found, (void)unused;
    if (kind == FTW_F) {
        int fd = REAL(open)(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) synced(fd), close(fd);
    }
    return 0;
}

void sync(void) {
    const char *root = getenv("SHADOW_ROOT");
    if (root) nftw(root, synced_path, 16, FTW_PHYS);
}

int syncfs(int fd) {
    (void)fd;
    sync();
    return 0;
}

static void created(int at, const char *path, int flags, int fd) {
    char to[PATH_MAX];
    if (fd < 0 || !(flags & O_CREAT) || !shadowed(at, path, to)) return;
    int before = errno;
    int copy = REAL(open)(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (copy < 0) fail(to);
    close(copy);
    errno = before;
}

#define MODE                                        \
    mode_t mode = 0;                                \
    if (flags & (O_CREAT | __O_TMPFILE)) {          \
        va_list rest;                               \
        va_start(rest, flags);                      \
        mode = va_arg(rest, mode_t);                \
        va_end(rest);                               \
    }

int open(const char *path, int flags, ...) {
    MODE
    int fd = REAL(open)(path, flags, mode);
    created(AT_FDCWD, path, flags, fd);
    return fd;
}

int open64(const char *path, int flags, ...) {
    MODE
    int fd = REAL(open64)(path, flags, mode);
    created(AT_FDCWD, path, flags, fd);
    return fd;
}

int openat(int at, const char *path, int flags, ...) {
    MODE
    int fd = REAL(openat)(at, path, flags, mode);
    created(at, path, flags, fd);
    return fd;
}

int openat64(int at, const char *path, int flags, ...) {
    MODE
    int fd = REAL(openat64)(at, path, flags, mode);
    created(at, path, flags, fd);
    return fd;
}

int creat(const char *path, mode_t mode) {
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int mkdirat(int at, const char *path, mode_t mode) {
    char to[PATH_MAX];
    int done = REAL(mkdirat)(at, path, mode);
    if (done == 0 && shadowed(at, path, to) && REAL(mkdirat)(AT_FDCWD, to, 0700) != 0 && errno != EEXIST) fail(to);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    return mkdirat(AT_FDCWD, path, mode);
}

int renameat2(int at, const char *path, int new_at, const char *new_path, unsigned flags) {
    char from[PATH_MAX], to[PATH_MAX];
    int has_from = shadowed(at, path, from), has_to = shadowed(new_at, new_path, to);
    int done = REAL(renameat2)(at, path, new_at, new_path, flags);
    if (done == 0 && has_from && has_to && REAL(renameat2)(AT_FDCWD, from, AT_FDCWD, to, flags) != 0) fail(from);
    return done;
}

int renameat(int at, const char *path, int new_at, const char *new_path) {
    return renameat2(at, path, new_at, new_path, 0);
}

int rename(const char *path, const char *new_path) {
    return renameat2(AT_FDCWD, path, AT_FDCWD, new_path, 0);
}

int unlinkat(int at, const char *path, int flags) {
    char to[PATH_MAX];
    int has_to = shadowed(at, path, to);
    int done = REAL(unlinkat)(at, path, flags);
    if (done == 0 && has_to && REAL(unlinkat)(AT_FDCWD, to, flags) != 0 && errno != ENOENT) fail(to);
    return done;
}

int unlink(const char *path) {
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path) {
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
