using System.Formats.Asn1;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>Writes OCSP requests (RFC 6960, section 4.1.1) whose certificates are named by SHA-384, as NVIDIA's responder is asked.</summary>
internal static class OcspRequest
{
    /// <summary>The hash that names issuers.</summary>
    public const string Sha384 = "2.16.840.1.101.3.4.2.2";

    /// <summary>Bytes of a nonce (RFC 8954: 1 to 32).</summary>
    public const int NonceSize = 32;

    private static readonly Asn1Tag Two = new(TagClass.ContextSpecific, 2);

    /// <summary>CertID of a certificate; null where its issuer's key has another form.</summary>
    public static byte[]? CertificateId(PkiCertificate certificate, PkiCertificate issuer)
    {
        if (PkiKey.Import(issuer.PublicKeyInfo) is null) return null;
        var info = new AsnReader(issuer.PublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
        info.ReadEncodedValue();
        return CertificateId(SHA384.HashData(issuer.Subject.Span), SHA384.HashData(info.ReadBitString(out _)), certificate.Serial.Span);
    }

    /// <summary>CertID of hashes that a response names.</summary>
    public static byte[] CertificateId(ReadOnlySpan<byte> issuerName, ReadOnlySpan<byte> issuerKey, ReadOnlySpan<byte> serial)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Sha384);
                writer.WriteNull();
            }
            writer.WriteOctetString(issuerName);
            writer.WriteOctetString(issuerKey);
            writer.WriteInteger(serial);
        }
        return writer.Encode();
    }

    /// <summary>A request about one certificate, not signed, with a nonce that a responder may repeat.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> certificateId, ReadOnlySpan<byte> nonce)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())                           // OCSPRequest
        using (writer.PushSequence())                           // TBSRequest
        {
            using (writer.PushSequence())                       // requestList
            using (writer.PushSequence()) writer.WriteEncodedValue(certificateId);
            using (writer.PushSequence(Two))                    // requestExtensions
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(OcspResponse.NonceOid);
                writer.WriteOctetString(NonceValue(nonce));
            }
        }
        return writer.Encode();
    }

    /// <summary>A nonce as extensions hold it: an OCTET STRING.</summary>
    public static byte[] NonceValue(ReadOnlySpan<byte> nonce)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(nonce);
        return writer.Encode();
    }
}
