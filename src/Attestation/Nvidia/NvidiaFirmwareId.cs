using System.Formats.Asn1;

namespace SwarmCompute.Attestation;

/// <summary>
/// The firmware's hash in a device's certificate: the first SHA-384 FWID of the DICE extension (TCG DICE Attestation
/// Architecture, TcbInfo), which Hopper has as a composite device id under 2.23.133.5.4.1 and Blackwell as several under 2.23.133.5.4.1.1.
/// </summary>
internal static class NvidiaFirmwareId
{
    private const string Hopper = "2.23.133.5.4.1", Blackwell = "2.23.133.5.4.1.1", Sha384 = "2.16.840.1.101.3.4.2.2";
    private const int DepthMax = 8, Size = 48;

    /// <summary>The hash; null where the certificate has none.</summary>
    public static byte[]? Of(PkiCertificate certificate)
    {
        if (!certificate.TryGetExtension(Blackwell, out var value) && !certificate.TryGetExtension(Hopper, out value)) return null;
        try
        {
            return Find(new AsnReader(value, AsnEncodingRules.DER), DepthMax);
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private static byte[]? Find(AsnReader reader, int depth)
    {
        string? algorithm = null;
        while (reader.HasData)
        {
            var tag = reader.PeekTag();
            var encoded = reader.PeekEncodedValue();
            if (tag == Asn1Tag.PrimitiveOctetString && algorithm == Sha384 && Content(encoded) is { Length: Size } hash) return hash.ToArray();
            algorithm = tag == Asn1Tag.ObjectIdentifier ? reader.ReadObjectIdentifier() : null;
            if (algorithm is not null) continue;
            if (tag.IsConstructed && depth > 0 && Find(new(Content(encoded), AsnEncodingRules.DER), depth - 1) is { } inner) return inner;
            reader.ReadEncodedValue();
        }
        return null;
    }

    private static ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> encoded)
    {
        AsnDecoder.ReadEncodedValue(encoded.Span, AsnEncodingRules.DER, out var offset, out var length, out _);
        return encoded.Slice(offset, length);
    }
}
