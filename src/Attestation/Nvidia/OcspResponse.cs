using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>A basic OCSP response (RFC 6960, section 4.2.1) that was successful; others say nothing and are not read.</summary>
internal sealed record OcspResponse(
    ReadOnlyMemory<byte> Tbs, PkiAlgorithm Algorithm, ReadOnlyMemory<byte> Signature, ImmutableArray<PkiCertificate> Certificates, ImmutableArray<OcspSingle> Singles)
{
    /// <summary>The most bytes of a response.</summary>
    public const int BytesMax = 32 * 1024;

    /// <summary>The extension in which a responder repeats a request's nonce (RFC 8954).</summary>
    public const string NonceOid = "1.3.6.1.5.5.7.48.1.2";

    private const int SinglesMax = 16;
    private const string Basic = "1.3.6.1.5.5.7.48.1.1";
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0), One = new(TagClass.ContextSpecific, 1), Two = new(TagClass.ContextSpecific, 2);
    private static readonly string[] Reasons =
        ["unspecified", "key compromise", "CA compromise", "affiliation changed", "superseded", "cessation", "certificate hold", "", "removed", "privilege withdrawn", "AA compromise"];

    // One response about an authority serves every device below it.
    private static readonly BoundedMemory<OcspResponse> Known = new(entriesMax: 256);

    /// <summary>The value of the nonce's extension; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; private init; }

    /// <summary>Reads DER that is one response and nothing else; null where it is anything else.</summary>
    public static OcspResponse? Read(ReadOnlyMemory<byte> der)
    {
        if (der.IsEmpty || der.Length > BytesMax) return null;
        var name = Hash32.Sha256(der.Span);
        if (Known.TryGet(name, out var known)) return known;
        var read = ReadNew(der);
        if (read is not null) Known.Keep(name, read);
        return read;
    }

    /// <summary>Forgets all responses: for benchmarks of what comes first.</summary>
    internal static void Forget() => Known.Clear();

    private static OcspResponse? ReadNew(ReadOnlyMemory<byte> der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var outer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            if (outer.ReadEnumeratedBytes().Span is not [0]) return null;
            var typed = outer.ReadSequence(Zero).ReadSequence();
            if (typed.ReadObjectIdentifier() != Basic) return null;
            var bytes = typed.ReadOctetString();
            typed.ThrowIfNotEmpty();
            outer.ThrowIfNotEmpty();
            return ReadBasic(bytes);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    private static OcspResponse? ReadBasic(byte[] bytes)
    {
        var reader = new AsnReader(bytes, AsnEncodingRules.DER);
        var basic = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var tbs = basic.ReadEncodedValue();
        var algorithm = PkiAsn.ReadAlgorithm(basic.ReadEncodedValue());
        var signature = PkiAsn.ReadBits(basic);
        var certificates = ImmutableArray.CreateBuilder<PkiCertificate>();
        if (basic.HasData)
        {
            var list = basic.ReadSequence(Zero).ReadSequence();
            while (list.HasData)
            {
                if (certificates.Count == PkiChain.LengthMax || !PkiCertificate.TryParse(list.ReadEncodedValue(), out var certificate)) return null;
                certificates.Add(certificate!);
            }
        }
        basic.ThrowIfNotEmpty();
        var (singles, nonce) = ReadData(new AsnReader(tbs, AsnEncodingRules.DER).ReadSequence());
        return new(tbs, algorithm, signature, certificates.ToImmutable(), singles) { Nonce = nonce };
    }

    private static (ImmutableArray<OcspSingle> Singles, ReadOnlyMemory<byte>? Nonce) ReadData(AsnReader data)
    {
        if (data.PeekTag().HasSameClassAndValue(Zero)) throw new AsnContentException("The response is not of version 1.");
        if (!data.PeekTag().HasSameClassAndValue(One) && !data.PeekTag().HasSameClassAndValue(Two)) throw new AsnContentException("The response names no responder.");
        data.ReadEncodedValue();
        data.ReadGeneralizedTime();
        var list = data.ReadSequence();
        var singles = ImmutableArray.CreateBuilder<OcspSingle>();
        while (list.HasData)
        {
            if (singles.Count == SinglesMax) throw new AsnContentException("The response speaks of too many certificates.");
            singles.Add(ReadSingle(list.ReadSequence()));
        }
        var extensions = data.HasData ? NotCritical(data.ReadSequence(One)) : [];
        data.ThrowIfNotEmpty();
        foreach (var extension in extensions)
            if (extension.Oid == NonceOid) return (singles.ToImmutable(), extension.Value);
        return (singles.ToImmutable(), null);
    }

    private static OcspSingle ReadSingle(AsnReader single)
    {
        var id = single.ReadSequence();
        var hash = id.ReadSequence().ReadObjectIdentifier();
        ReadOnlyMemory<byte> name = id.ReadOctetString(), key = id.ReadOctetString(), serial = id.ReadIntegerBytes();
        id.ThrowIfNotEmpty();
        var (good, status) = ReadStatus(single);
        var thisUpdate = single.ReadGeneralizedTime();
        DateTimeOffset? nextUpdate = null;
        if (single.HasData && single.PeekTag().HasSameClassAndValue(Zero))
        {
            var explicitly = single.ReadSequence(Zero);
            nextUpdate = explicitly.ReadGeneralizedTime();
            explicitly.ThrowIfNotEmpty();
        }
        if (single.HasData) NotCritical(single.ReadSequence(One));
        single.ThrowIfNotEmpty();
        return new(hash, name, key, serial, good, status, thisUpdate, nextUpdate);
    }

    private static (bool, string) ReadStatus(AsnReader single)
    {
        var tag = single.PeekTag();
        if (tag.TagClass != TagClass.ContextSpecific) throw new AsnContentException("A status has another form.");
        if (tag.TagValue == 0)
        {
            single.ReadNull(Zero);
            return (true, "good");
        }
        if (tag.TagValue != 1)
        {
            single.ReadEncodedValue();
            return (false, "not known");
        }
        var revoked = single.ReadSequence(One);
        var time = revoked.ReadGeneralizedTime();
        var reason = 0;
        if (revoked.HasData) reason = revoked.ReadSequence(Zero).ReadEnumeratedBytes().Span is [var one] ? one : 0;
        return (false, $"revoked on {time:u} ({(reason < Reasons.Length ? Reasons[reason] : "another reason")})");
    }

    private static PkiExtension[] NotCritical(AsnReader outer)
    {
        var extensions = PkiAsn.ReadExtensions(outer);
        foreach (var extension in extensions)
            if (extension.Critical) throw new AsnContentException($"The extension {extension.Oid} is critical.");
        return extensions;
    }
}
