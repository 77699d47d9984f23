using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Cbor;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>
/// Evidence in a certificate: the TCG's conceptual message wrapper (DICE Attestation Architecture 1.1, section 6.1.8). Quotes of Intel's
/// processors are CBOR tag 60000 with [quote, claims], as Interoperable RA-TLS (CCC Attestation SIG) has it; everything else is a CMW record
/// (draft-ietf-rats-msg-wrap) [media type, bytes of [document, claims, [certificate…]], 4]. The devices' own evidence does not fit into a
/// certificate: the claims bind its digests.
/// </summary>
public static class EvidenceExtension
{
    /// <summary>The extension's object identifier, tcg-dice-conceptual-message-wrapper.</summary>
    public const string Oid = "2.23.133.5.4.9";

    /// <summary>The most bytes of the extension's value.</summary>
    public const int BytesMax = 80 * 1024;

    private const string MediaType = "application/vnd.swarmcompute.evidence+cbor; tee=";
    private const ulong QuoteTag = 60000;
    private const uint IsEvidence = 4;                                       // the record's indicator: bit 2, "evidence"
    private const uint TdxTee = 0x81;                                        // Intel TDX DCAP Quoting Library API, "Quote Header": TEE type
    private const int TypeCharsMax = 16, CertificateBytesMax = 8 * 1024;

    /// <summary>Makes the extension, not critical: TLS stacks that do not know it must not fail at it.</summary>
    public static X509Extension Create(Evidence evidence) => new(Oid, Encode(evidence), critical: false);

    /// <summary>The extension's value.</summary>
    public static byte[] Encode(Evidence evidence)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        if (evidence.Type is TdxVerifier.Type or TdxVerifier.SgxType && evidence.Certificates.IsEmpty)
        {
            writer.WriteTag((CborTag)QuoteTag);
            writer.WriteStartArray(2);
            WriteBound(writer, evidence);
            writer.WriteEndArray();
            return writer.Encode();
        }
        writer.WriteStartArray(3);
        writer.WriteTextString(MediaType + evidence.Type);
        writer.WriteByteString(Content(evidence));
        writer.WriteUInt32(IsEvidence);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>The evidence in a certificate. Judges nothing.</summary>
    /// <returns>The evidence; null where the certificate has none, several, or one of another form.</returns>
    public static Evidence? TryRead(X509Certificate2 certificate)
    {
        var extensions = certificate.Extensions.Where(e => e.Oid?.Value == Oid).ToList();
        return extensions is [var only] ? TryDecode(only.RawData) : null;
    }

    /// <summary>The evidence in an extension's value. Judges nothing.</summary>
    /// <returns>The evidence; null where the bytes have another form.</returns>
    public static Evidence? TryDecode(ReadOnlyMemory<byte> value)
    {
        if (value.Length > BytesMax) return null;
        try
        {
            var reader = new CborReader(value, CborConformanceMode.Strict);
            var evidence = reader.PeekState() == CborReaderState.Tag ? ReadQuote(reader) : ReadRecord(reader);
            return reader.BytesRemaining == 0 ? evidence : null;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    private static Evidence? ReadQuote(CborReader reader)
    {
        if ((ulong)reader.ReadTag() != QuoteTag || reader.ReadStartArray() != 2) return null;
        var (quote, claims) = (reader.ReadByteString(), reader.ReadByteString());
        reader.ReadEndArray();
        if (quote.Length < 8) return null;
        var type = BinaryPrimitives.ReadUInt32LittleEndian(quote.AsSpan(4)) == TdxTee ? TdxVerifier.Type : TdxVerifier.SgxType;
        return new Evidence(type, quote, claims);
    }

    private static Evidence? ReadRecord(CborReader reader)
    {
        if (reader.ReadStartArray() != 3) return null;
        var type = reader.ReadTextString();
        var content = reader.ReadByteString();
        if (reader.ReadUInt32() != IsEvidence) return null;
        reader.ReadEndArray();
        if (!type.StartsWith(MediaType, StringComparison.Ordinal) || type.Length > MediaType.Length + TypeCharsMax) return null;
        return ReadContent(type[MediaType.Length..], new CborReader(content, CborConformanceMode.Strict));
    }

    private static Evidence? ReadContent(string type, CborReader reader)
    {
        if (reader.ReadStartArray() != 3) return null;
        var (document, claims) = (reader.ReadByteString(), reader.ReadByteString());
        if (reader.ReadStartArray() is not (>= 0 and <= Evidence.CertificatesMax and var count)) return null;
        var certificates = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(count);
        for (var i = 0; i < count; i++)
        {
            var certificate = reader.ReadByteString();
            if (certificate.Length > CertificateBytesMax) return null;
            certificates.Add(certificate);
        }
        reader.ReadEndArray();
        reader.ReadEndArray();
        return reader.BytesRemaining == 0 ? new Evidence(type, document, claims) { Certificates = certificates.MoveToImmutable() } : null;
    }

    private static byte[] Content(Evidence evidence)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(3);
        WriteBound(writer, evidence);
        writer.WriteStartArray(evidence.Certificates.Length);
        foreach (var certificate in evidence.Certificates) writer.WriteByteString(certificate.Span);
        writer.WriteEndArray();
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static void WriteBound(CborWriter writer, Evidence evidence)
    {
        writer.WriteByteString(evidence.Document.Span);
        writer.WriteByteString(evidence.Claims.Span);
    }
}
