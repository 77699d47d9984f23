using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>Judges whether a response speaks of a certificate, and whether it may (RFC 6960, sections 3.2 and 4.2.2.2).</summary>
internal static class OcspJudge
{
    private const string OcspSigning = "1.3.6.1.5.5.7.3.9", ExtendedKeyUsage = "2.5.29.37", OcspNoCheck = "1.3.6.1.5.5.7.48.1.5";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1", Sha384 = "2.16.840.1.101.3.4.2.2";

    /// <summary>What the response says about a certificate; null where it speaks of others.</summary>
    public static OcspSingle? Find(OcspResponse response, PkiCertificate certificate, PkiCertificate issuer)
    {
        foreach (var single in response.Singles)
            if (single.Serial.Span.SequenceEqual(certificate.Serial.Span) && IsOf(single, issuer)) return single;
        return null;
    }

    /// <summary>Whether the issuer signed the response, or one whom the issuer made its responder and whose certificate is valid at the time.</summary>
    public static bool IsSigned(OcspResponse response, PkiCertificate issuer, DateTimeOffset at)
    {
        if (IsSignedBy(response, issuer)) return true;
        foreach (var responder in response.Certificates)
            if (IsResponder(responder, issuer, at) && IsSignedBy(response, responder)) return true;
        return false;
    }

    private static bool IsSignedBy(OcspResponse response, PkiCertificate signer) =>
        signer.Key is { } key && key.Algorithm == response.Algorithm && key.Verify(response.Tbs.Span, response.Signature.Span);

    private static bool IsResponder(PkiCertificate responder, PkiCertificate issuer, DateTimeOffset at) =>
        responder.Issuer.Span.SequenceEqual(issuer.Subject.Span)
        && at >= responder.NotBefore && at <= responder.NotAfter
        && responder.UnknownCriticalExtension([ExtendedKeyUsage, OcspNoCheck]) is null
        && (responder.KeyUsage is null || responder.KeyUsage.Value.HasFlag(X509KeyUsageFlags.DigitalSignature))
        && responder.TryGetExtension(ExtendedKeyUsage, out var usage) && Names(usage, OcspSigning)
        && responder.IsSignedBy(issuer);

    private static bool Names(ReadOnlyMemory<byte> usage, string oid)
    {
        try
        {
            var list = new AsnReader(usage, AsnEncodingRules.DER).ReadSequence();
            while (list.HasData)
                if (list.ReadObjectIdentifier() == oid) return true;
            return false;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool IsOf(OcspSingle single, PkiCertificate issuer)
    {
        if (single.HashOid is not (Sha256 or Sha384) || issuer.Key is null) return false;
        var info = new AsnReader(issuer.PublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
        info.ReadEncodedValue();
        var key = info.ReadBitString(out _);
        byte[] Hash(ReadOnlySpan<byte> data) => single.HashOid == Sha256 ? SHA256.HashData(data) : SHA384.HashData(data);
        return single.IssuerName.Span.SequenceEqual(Hash(issuer.Subject.Span)) && single.IssuerKey.Span.SequenceEqual(Hash(key));
    }
}
