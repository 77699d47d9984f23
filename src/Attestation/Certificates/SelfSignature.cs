using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>Whether a root certificate is signed by its own key; chain building takes a trusted root's signature on faith.</summary>
internal static class SelfSignature
{
    public static bool Holds(X509Certificate2 root)
    {
        try
        {
            var certificate = new AsnReader(root.RawDataMemory, AsnEncodingRules.DER).ReadSequence();        // RFC 5280, section 4.1
            var signedPart = certificate.ReadEncodedValue();
            certificate.ReadSequence();                                                                       // the algorithm; one is accepted
            var signature = certificate.ReadBitString(out _);
            using var key = P256.PublicKeyOf(root);
            return key is not null && root.SignatureAlgorithm.Value == "1.2.840.10045.4.3.2"                  // ecdsa-with-SHA256
                && key.VerifyData(signedPart.Span, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
