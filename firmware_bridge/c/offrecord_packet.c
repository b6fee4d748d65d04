/* See offrecord_link.h. What a packet of the serial line is made of. */
#include "offrecord_link.h"

#include <string.h>

/* CRC-32 (polynomial 0xEDB88320), half a byte at a time. */
static const uint32_t CRCS[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

uint32_t offrecord_crc32(uint32_t crc, const uint8_t *bytes, size_t count)
{
    crc = ~crc;
    for (size_t n = 0; n < count; n++) {
        crc ^= bytes[n];
        crc = (crc >> 4) ^ CRCS[crc & 15u];
        crc = (crc >> 4) ^ CRCS[crc & 15u];
    }
    return ~crc;
}

size_t offrecord_unstuff(uint8_t *bytes, size_t count)
{
    size_t from = 0, to = 0;
    while (from < count) {
        const uint8_t code = bytes[from++];
        if (code == 0 || from + code - 1 > count)
            return 0;
        memmove(bytes + to, bytes + from, (size_t)code - 1);
        to += (size_t)code - 1;
        from += (size_t)code - 1;
        if (code < 255 && from < count)
            bytes[to++] = 0;
    }
    return to;
}
