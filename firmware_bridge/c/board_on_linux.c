/* A board that is a file on Linux: plays 16 kHz int16 sound and a photo down a serial line.
 *
 *   cc -std=c99 board_on_linux.c offrecord_*.c -lmbedcrypto -o board
 *   ./board /dev/ttyS0 sound.raw photo.jpg [packed] [--key KEY]
 *
 * KEY is what `offrecord run` prints: sound is encrypted to it, for the chamber alone.
 * On an ESP32 or an nRF, `send` is the UART's or USB's write, `now` counts the samples of the
 * microphone, and the two loops are one task; everything else stays as it is.
 */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "offrecord_hpke.h"

enum { FRAME_SAMPLES = 320, PART_BYTES = 1024, PARTS_AT_ONCE = 4, RATE_HZ = 16000 };

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * RATE_HZ + (uint64_t)time.tv_nsec * RATE_HZ / 1000000000u;
}

static void send_bytes(void *context, const uint8_t *bytes, size_t count)
{
    const int line = *(const int *)context;
    while (count > 0) {
        const ssize_t written = write(line, bytes, count);
        if (written <= 0)
            exit(1); /* unplugged */
        bytes += written;
        count -= (size_t)written;
    }
}

static uint8_t *read_file(const char *path, size_t *count)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(1u << 24);
    if (!file || !bytes)
        exit(2);
    *count = fread(bytes, 1, 1u << 24, file);
    fclose(file);
    return bytes;
}

/* Hear what the bridge says until the board's clock is there. */
static void hear_until(struct offrecord_link *link, int line, uint64_t moment)
{
    uint8_t bytes[256];
    while (now() < moment) {
        struct pollfd ready = {line, POLLIN, 0};
        if (poll(&ready, 1, (int)((moment - now()) * 1000 / RATE_HZ) + 1) > 0) {
            const ssize_t count = read(line, bytes, sizeof bytes);
            if (count <= 0)
                exit(1);
            offrecord_hear(link, bytes, (size_t)count, now());
        }
    }
}

static int read_key(const char *hex, uint8_t *key)
{
    const size_t digits = strspn(hex, "0123456789abcdefABCDEF");
    if (digits != 2 * OFFRECORD_KEY_BYTES || hex[digits])
        return 0;
    for (unsigned n = 0, byte; n < OFFRECORD_KEY_BYTES; n++, hex += 2) {
        sscanf(hex, "%2x", &byte);
        key[n] = (uint8_t)byte;
    }
    return 1;
}

/* Have sound encrypted. A real board makes a new pair like this at each start, too. */
static void encrypt_to(const char *hex, struct offrecord_link *link)
{
    static struct offrecord_hpke hpke;
    static uint8_t box[OFFRECORD_BOX_BYTES(FRAME_SAMPLES)];
    uint8_t key[OFFRECORD_KEY_BYTES];
    if (!read_key(hex, key) || !offrecord_hpke_begin(&hpke, key)) {
        fprintf(stderr, "--key: this is no key; take the 64 digits that `offrecord run` prints\n");
        exit(2);
    }
    offrecord_hpke_use(&hpke, link, box, sizeof box);
}

int main(int argc, char **argv)
{
    struct offrecord_link link;
    struct offrecord_packer packer = {0, 0};
    struct termios raw;
    int is_packed = 0;
    size_t sound_bytes, photo_bytes, sent_bytes;
    uint64_t begun, taken = 0;
    int line;
    if (argc < 4)
        return 2;
    offrecord_init(&link, send_bytes, &line);
    for (int n = 4; n < argc; n++) {
        if (strcmp(argv[n], "packed") == 0)
            is_packed = 1;
        else if (strcmp(argv[n], "--key") == 0 && n + 1 < argc)
            encrypt_to(argv[++n], &link);
        else
            return 2;
    }
    const int16_t *sound = (const int16_t *)read_file(argv[2], &sound_bytes);
    const uint8_t *photo = read_file(argv[3], &photo_bytes);
    const size_t samples = sound_bytes / 2;
    line = open(argv[1], O_RDWR | O_NOCTTY);
    if (line < 0 || tcgetattr(line, &raw))
        return 2;
    cfmakeraw(&raw);
    tcsetattr(line, TCSANOW, &raw);

    while (!link.is_welcome) {
        offrecord_hello(&link, OFFRECORD_HEARS | OFFRECORD_SEES | OFFRECORD_HAS_BATTERY |
                                   OFFRECORD_HAS_BUTTON | OFFRECORD_MOVES,
                        "board on Linux", now());
        hear_until(&link, line, now() + RATE_HZ);
    }
    offrecord_battery(&link, 71, 0, now());
    offrecord_motion(&link, OFFRECORD_WALKING, now());
    begun = now();
    sent_bytes = photo_bytes;
    for (size_t n = 0; n + FRAME_SAMPLES <= samples; n += FRAME_SAMPLES) {
        hear_until(&link, line, begun + n + FRAME_SAMPLES);
        if (is_packed)
            offrecord_packed_sound(&link, &packer, sound + n, FRAME_SAMPLES, begun + n);
        else
            offrecord_sound(&link, sound + n, FRAME_SAMPLES, begun + n);
        if (sent_bytes == photo_bytes && offrecord_wants_photo(&link)) {
            sent_bytes = 0;
            taken = now();
        }
        for (int part = 0; part < PARTS_AT_ONCE && sent_bytes < photo_bytes; part++) {
            size_t count = photo_bytes - sent_bytes;
            count = count < PART_BYTES ? count : PART_BYTES;
            offrecord_photo_part(&link, photo + sent_bytes, count, (uint32_t)sent_bytes,
                                 (uint32_t)photo_bytes, taken);
            sent_bytes += count;
        }
    }
    offrecord_bye(&link, now());
    printf("left out %u, damaged %u\n", (unsigned)link.left_out, (unsigned)link.damaged);
    return 0;
}
