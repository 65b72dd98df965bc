/*
 * Preloaded into a wrapped program: moves the TCP port that it binds to another one, on loopback, for the bridge to connect to.
 *
 * WEBSOCK_REBIND=FROM:TO:PARENT gives the port that the program asks for, the port that it gets, and the bridge's process id.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

typedef int bind_function(int, const struct sockaddr *, socklen_t);

static unsigned from, to;

/* Runs before the program does. */
__attribute__((constructor)) static void begin(void) {
  const char *setting = getenv("WEBSOCK_REBIND");
  unsigned parent = 0;
  if (!setting || sscanf(setting, "%u:%u:%u", &from, &to, &parent) != 3) return;
  /* Even if the bridge is killed, the program that it started ends with it. */
  if (getppid() == (pid_t)parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static int is_tcp(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/* Whether an IPv6 socket accepts IPv4 as well. */
static int is_dual(int fd) {
  int only = 1;
  socklen_t size = sizeof only;
  return getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) == 0 && !only;
}

int bind(int fd, const struct sockaddr *address, socklen_t size) {
  bind_function *next = (bind_function *)dlsym(RTLD_NEXT, "bind");
  if (!next) {
    errno = ENOSYS;
    return -1;
  }
  if (!address || !to || !is_tcp(fd)) return next(fd, address, size);
  if (address->sa_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
    struct sockaddr_in moved;
    memcpy(&moved, address, sizeof moved);
    if (moved.sin_port == htons(from)) {
      moved.sin_port = htons(to);
      moved.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      return next(fd, (const struct sockaddr *)&moved, sizeof moved);
    }
  } else if (address->sa_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
    struct sockaddr_in6 moved;
    memcpy(&moved, address, sizeof moved);
    if (moved.sin6_port == htons(from)) {
      int any = IN6_IS_ADDR_UNSPECIFIED(&moved.sin6_addr);
      int mapped = IN6_IS_ADDR_V4MAPPED(&moved.sin6_addr);
      moved.sin6_port = htons(to);
      moved.sin6_scope_id = 0;
      if (mapped || (any && is_dual(fd))) inet_pton(AF_INET6, "::ffff:127.0.0.1", &moved.sin6_addr);
      else moved.sin6_addr = in6addr_loopback;
      return next(fd, (const struct sockaddr *)&moved, sizeof moved);
    }
  }
  return next(fd, address, size);
}
