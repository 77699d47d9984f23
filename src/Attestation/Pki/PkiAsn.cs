using System.Formats.Asn1;

namespace SwarmCompute.Attestation;

/// <summary>The parts that certificates and revocation lists share (RFC 5280).</summary>
internal static class PkiAsn
{
    private const int ExtensionsMax = 48;
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag One = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Two = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Three = new(TagClass.ContextSpecific, 3);

    /// <summary>A time as UTCTime (years 1950 to 2049) or GeneralizedTime (RFC 5280, section 4.1.2.5).</summary>
    public static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
        ? reader.ReadUtcTime(twoDigitYearMax: 2049)
        : reader.ReadGeneralizedTime();

    /// <summary>AlgorithmIdentifier of a signature; <see cref="PkiAlgorithm.Unknown"/> for what is not accepted.</summary>
    public static PkiAlgorithm ReadAlgorithm(ReadOnlyMemory<byte> encoded)
    {
        var sequence = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        switch (sequence.ReadObjectIdentifier())
        {
            case "1.2.840.10045.4.3.2" when !sequence.HasData: return PkiAlgorithm.EcdsaP256Sha256;
            case "1.2.840.10045.4.3.3" when !sequence.HasData: return PkiAlgorithm.EcdsaP384Sha384;
            case "1.2.840.113549.1.1.10": return IsPssSha384(sequence) ? PkiAlgorithm.RsaPssSha384 : PkiAlgorithm.Unknown;
            default: return PkiAlgorithm.Unknown;
        }
    }

    /// <summary>Extensions, each once; throws where there are too many or one comes twice.</summary>
    public static PkiExtension[] ReadExtensions(AsnReader outer)
    {
        var sequence = outer.ReadSequence();
        var extensions = new List<PkiExtension>();
        while (sequence.HasData)
        {
            var one = sequence.ReadSequence();
            var oid = one.ReadObjectIdentifier();
            var critical = one.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && one.ReadBoolean();
            if (!one.TryReadPrimitiveOctetString(out var value)) throw new AsnContentException("An extension is not an octet string.");
            one.ThrowIfNotEmpty();
            foreach (var other in extensions)
                if (other.Oid == oid) throw new AsnContentException("An extension comes twice.");
            extensions.Add(new(oid, critical, value));
            if (extensions.Count > ExtensionsMax) throw new AsnContentException("There are too many extensions.");
        }
        outer.ThrowIfNotEmpty();
        return [.. extensions];
    }

    /// <summary>A signature's BIT STRING without unused bits.</summary>
    public static ReadOnlyMemory<byte> ReadBits(AsnReader reader) =>
        reader.TryReadPrimitiveBitString(out var unused, out var bits) && unused == 0 ? bits : throw new AsnContentException("A bit string has unused bits.");

    // RSASSA-PSS-params, RFC 4055, section 3.1.
    private static bool IsPssSha384(AsnReader algorithm)
    {
        var parameters = algorithm.ReadSequence();
        algorithm.ThrowIfNotEmpty();
        if (!IsSha384(parameters.ReadSequence(Zero))) return false;
        var mask = parameters.ReadSequence(One).ReadSequence();
        if (mask.ReadObjectIdentifier() != "1.2.840.113549.1.1.8" || !IsSha384(mask)) return false;
        if (!parameters.ReadSequence(Two).TryReadInt32(out var salt) || salt != 48) return false;
        if (parameters.HasData && (!parameters.ReadSequence(Three).TryReadInt32(out var trailer) || trailer != 1)) return false;
        return !parameters.HasData;
    }

    private static bool IsSha384(AsnReader outer) => outer.ReadSequence().ReadObjectIdentifier() == "2.16.840.1.101.3.4.2.2";
}
