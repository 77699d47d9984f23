using System.Buffers.Binary;
using System.Net;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>The address that a slot has on its order's overlay. It follows from the lease alone, so nobody hands it out and nobody can claim another's.</summary>
/// <remarks>
/// 100.64.0.0/10 (RFC 6598), then 17 bits of SHA-256("swarm overlay" and the order's number, 8 bytes, big-endian), then the slot + 1 in 5 bits.
/// IPv4, for engines and their launchers still trip over IPv6; not 10.0.0.0/8, where the guest's own network commonly is. A guest is in one
/// order only, so it does not matter that two orders may come to the same block. A successor on the slot has its predecessor's address.
/// </remarks>
public static class OverlayAddress
{
    /// <summary>Bits of the prefix that all slots of one order share.</summary>
    public const int PrefixLength = 27;

    private const uint SharedSpace = 0x6440_0000;                            // 100.64.0.0
    private const int BlockBits = 17, SlotBits = 5;

    /// <summary>The address of a slot.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The slot is not from 0 to <see cref="LeaseId.SlotsMax"/> - 1.</exception>
    public static IPAddress Of(LeaseId lease)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lease.Slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(lease.Slot, LeaseId.SlotsMax);
        Span<byte> hashed = [.. "swarm overlay"u8, 0, 0, 0, 0, 0, 0, 0, 0], bytes = stackalloc byte[Hash32.Size];
        BinaryPrimitives.WriteUInt64BigEndian(hashed[^8..], lease.Order.Value);
        Hash32.Sha256(hashed).CopyTo(bytes);
        var block = BinaryPrimitives.ReadUInt32BigEndian(bytes) >> (32 - BlockBits);
        var address = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(address, SharedSpace | (block << SlotBits) | (uint)(lease.Slot + 1));
        return new IPAddress(address);
    }
}
