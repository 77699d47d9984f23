using System.Buffers.Binary;
using System.Numerics;

namespace SwarmCompute.Chain.Crypto;

/// <summary>Keccak-256 with the padding of the original submission (0x01), as Ethereum uses it; not the SHA3-256 of FIPS 202.</summary>
internal static class Keccak256
{
    private const int Rate = 136;
    private const int Rounds = 24;

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Rotations of rho, in the order in which pi visits the lanes.</summary>
    private static ReadOnlySpan<byte> Rotations => [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    private static ReadOnlySpan<byte> PiLanes => [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    /// <summary>The Keccak-256 of the bytes.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<ulong> state = stackalloc ulong[25];
        for (; bytes.Length >= Rate; bytes = bytes[Rate..])
        {
            Absorb(state, bytes[..Rate]);
            Permute(state);
        }

        Span<byte> last = stackalloc byte[Rate];
        bytes.CopyTo(last);
        last[bytes.Length] = 0x01;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        Permute(state);

        Span<byte> hash = stackalloc byte[Hash32.Size];
        for (var i = 0; i < 4; i++) BinaryPrimitives.WriteUInt64LittleEndian(hash[(8 * i)..], state[i]);
        return new Hash32(hash);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / 8; i++) state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
    }

    private static void Permute(Span<ulong> a)
    {
        Span<ulong> c = stackalloc ulong[5];
        for (var round = 0; round < Rounds; round++)
        {
            for (var x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            for (var x = 0; x < 5; x++)
            {
                var d = c[(x + 4) % 5] ^ BitOperations.RotateLeft(c[(x + 1) % 5], 1);
                for (var y = 0; y < 25; y += 5) a[y + x] ^= d;
            }

            var moving = a[1];
            for (var i = 0; i < 24; i++)
            {
                var lane = PiLanes[i];
                (a[lane], moving) = (BitOperations.RotateLeft(moving, Rotations[i]), a[lane]);
            }

            for (var y = 0; y < 25; y += 5)
            {
                a.Slice(y, 5).CopyTo(c);
                for (var x = 0; x < 5; x++) a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
            }
            a[0] ^= RoundConstants[round];
        }
    }
}
