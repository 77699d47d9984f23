using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>What a guest says of its device. Only the certificate of the link that it came over tells whose it is.</summary>
/// <param name="PublicKey">The device's public key.</param>
/// <param name="Endpoint">Where the device takes UDP.</param>
/// <param name="Address">Its address on the overlay; must be what <see cref="OverlayAddress"/> derives for the sender.</param>
public sealed record WireGuardAnnouncement(WireGuardPublicKey PublicKey, IPEndPoint Endpoint, IPAddress Address)
{
    private const int FixedSize = 4 + WireGuardPublicKey.Size + 4 + 2 + 1;

    private static ReadOnlySpan<byte> Mark => "SWG1"u8;

    /// <summary>The form on the wire: "SWG1", the key (32 bytes), the overlay address (4), the port (2, big-endian), the size of the endpoint's address (1), and that (4 or 16).</summary>
    public byte[] ToBytes()
    {
        Span<byte> port = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)Endpoint.Port);
        var key = new byte[WireGuardPublicKey.Size];
        PublicKey.CopyTo(key);
        var endpoint = Endpoint.Address.GetAddressBytes();
        return [.. Mark, .. key, .. Address.GetAddressBytes(), .. port, (byte)endpoint.Length, .. endpoint];
    }

    /// <summary>Reads the form above; false where the bytes are no announcement, or name a key or an endpoint that can be nobody's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out WireGuardAnnouncement? announcement)
    {
        announcement = null;
        if (bytes.Length is not (FixedSize + 4 or FixedSize + 16) || !bytes.StartsWith(Mark) || bytes[FixedSize - 1] != bytes.Length - FixedSize) return false;
        var rest = bytes[Mark.Length..];
        var key = new WireGuardPublicKey(rest[..WireGuardPublicKey.Size]);
        rest = rest[WireGuardPublicKey.Size..];
        var (overlay, port, address) = (new IPAddress(rest[..4]), BinaryPrimitives.ReadUInt16BigEndian(rest[4..]), new IPAddress(rest[7..]));
        if (key.IsZero || port == 0 || !IsUnicast(address)) return false;
        announcement = new WireGuardAnnouncement(key, new IPEndPoint(address, port), overlay);
        return true;
    }

    private static bool IsUnicast(IPAddress address)
    {
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return !address.IsIPv6Multicast && !address.IsIPv6LinkLocal && !address.IsIPv4MappedToIPv6;
        return address.GetAddressBytes()[0] is > 0 and < 224;                // 224/4 is multicast, 240/4 reserved, with the broadcast
    }
}
