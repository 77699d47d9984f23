using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>A complete certificate revocation list of one issuer (version 2, RFC 5280, section 5); delta and indirect lists are refused.</summary>
public sealed class RevocationList
{
    /// <summary>The most bytes of a list that are read.</summary>
    public const int BytesMax = 1024 * 1024;

    /// <summary>The most entries of a list.</summary>
    public const int EntriesMax = 32 * 1024;

    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 0);
    private readonly List<ReadOnlyMemory<byte>> _serials = [];
    private PkiCertificate? _signer;

    private RevocationList(ReadOnlyMemory<byte> raw) => Raw = raw;

    /// <summary>The whole list.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The bytes that are signed.</summary>
    public ReadOnlyMemory<byte> Tbs { get; private set; }

    /// <summary>The issuer's name in DER.</summary>
    public ReadOnlyMemory<byte> Issuer { get; private set; }

    /// <summary>When it was issued.</summary>
    public DateTimeOffset ThisUpdate { get; private set; }

    /// <summary>When the next one is due at the latest; after it this one says nothing.</summary>
    public DateTimeOffset NextUpdate { get; private set; }

    /// <summary>The algorithm of <see cref="Signature"/>.</summary>
    public PkiAlgorithm Algorithm { get; private set; }

    /// <summary>The signature over <see cref="Tbs"/>.</summary>
    public ReadOnlyMemory<byte> Signature { get; private set; }

    /// <summary>How many certificates it names.</summary>
    public int Count => _serials.Count;

    /// <summary>Reads DER that is one list and nothing else; false where it is anything else, or a list of a kind that is refused.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> der, out RevocationList? list)
    {
        list = null;
        if (der.IsEmpty || der.Length > BytesMax) return false;
        try
        {
            // A copy of its own: what is remembered of it must not change under it.
            var parsed = new RevocationList(der.ToArray());
            parsed.Read();
            list = parsed;
            return true;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or InvalidOperationException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Whether it names the serial number (the content of the INTEGER).</summary>
    public bool Contains(ReadOnlySpan<byte> serial)
    {
        foreach (var one in _serials)
            if (one.Span.SequenceEqual(serial)) return true;
        return false;
    }

    /// <summary>Whether the issuer, whose own certificate has been judged, made it and its time is right.</summary>
    public PkiVerdict Check(PkiCertificate issuer, DateTimeOffset at)
    {
        var name = issuer.SubjectCommonName;
        if (!Issuer.Span.SequenceEqual(issuer.Subject.Span)) return new(PkiReason.Name, $"the list is not of '{name}'");
        if (!issuer.IsAuthority) return new(PkiReason.Authority, $"'{name}' is not an authority");
        if (issuer.KeyUsage is { } usage && !usage.HasFlag(X509KeyUsageFlags.CrlSign))
            return new(PkiReason.KeyUsage, $"the key of '{name}' may not sign revocation lists");
        if (issuer.Key?.Algorithm != Algorithm) return new(PkiReason.Algorithm, "the signature is not of the algorithm that is due");
        if (!IsSignedBy(issuer)) return new(PkiReason.Signature, $"the signature is not of '{name}'");
        if (at < ThisUpdate) return new(PkiReason.NotYetValid, $"the list is of {ThisUpdate:u}");
        return at > NextUpdate ? new(PkiReason.Expired, $"the next list was due on {NextUpdate:u}") : PkiVerdict.Held;
    }

    // The same list comes with every verdict; that its signature held is remembered, with whose it is.
    private bool IsSignedBy(PkiCertificate issuer)
    {
        if (_signer is { } known && known.Hash == issuer.Hash) return true;
        if (issuer.Key is not { } key || !key.Verify(Tbs.Span, Signature.Span)) return false;
        _signer = issuer;
        return true;
    }

    private void Read()
    {
        var reader = new AsnReader(Raw, AsnEncodingRules.DER);
        var outer = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        Tbs = outer.ReadEncodedValue();
        var algorithm = outer.ReadEncodedValue();
        Algorithm = PkiAsn.ReadAlgorithm(algorithm);
        Signature = PkiAsn.ReadBits(outer);
        outer.ThrowIfNotEmpty();
        ReadTbs(new AsnReader(Tbs, AsnEncodingRules.DER).ReadSequence(), algorithm);
    }

    private void ReadTbs(AsnReader tbs, ReadOnlyMemory<byte> outerAlgorithm)
    {
        if (!tbs.TryReadInt32(out var version) || version != 1) throw new AsnContentException("The list is not of version 2.");
        if (!tbs.ReadEncodedValue().Span.SequenceEqual(outerAlgorithm.Span)) throw new AsnContentException("The two algorithms differ.");
        Issuer = tbs.ReadEncodedValue();
        ThisUpdate = PkiAsn.ReadTime(tbs);
        NextUpdate = PkiAsn.ReadTime(tbs);
        if (tbs.HasData && tbs.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)) ReadEntries(tbs.ReadSequence());
        if (tbs.HasData) Refuse(PkiAsn.ReadExtensions(tbs.ReadSequence(ExtensionsTag)));
        tbs.ThrowIfNotEmpty();
    }

    private void ReadEntries(AsnReader entries)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            _serials.Add(entry.ReadIntegerBytes());
            PkiAsn.ReadTime(entry);
            if (entry.HasData) Refuse(PkiAsn.ReadExtensions(entry));
            if (_serials.Count > EntriesMax) throw new AsnContentException("The list has too many entries.");
        }
    }

    private static void Refuse(PkiExtension[] extensions)
    {
        foreach (var extension in extensions)
        {
            if (extension.Critical || extension.Oid is PkiOid.DeltaCrlIndicator or PkiOid.IssuingDistributionPoint or PkiOid.CertificateIssuer)
                throw new AsnContentException($"The list has the extension {extension.Oid}, which is refused.");
        }
    }
}
