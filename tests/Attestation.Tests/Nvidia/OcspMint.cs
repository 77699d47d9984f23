using System.Formats.Asn1;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Mints OCSP responses.</summary>
internal static class OcspMint
{
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0), One = new(TagClass.ContextSpecific, 1), Two = new(TagClass.ContextSpecific, 2);

    /// <summary>A response about a certificate; a reason is that it is revoked, and why (6: held).</summary>
    public static byte[] Response(
        TestAuthority certificate, TestAuthority issuer, DateTimeOffset from, DateTimeOffset? until, int? reason = null, TestAuthority? responder = null, byte status = 0)
    {
        var signer = responder ?? issuer;
        var data = Write(w => Data(w, certificate, issuer, from, until, reason));
        var basic = Write(w =>
        {
            using (w.PushSequence())
            {
                w.WriteEncodedValue(data);
                using (w.PushSequence()) w.WriteObjectIdentifier("1.2.840.10045.4.3.3");
                w.WriteBitString(signer.SignDer(data));
                if (responder is null) return;
                using (w.PushSequence(Zero))
                using (w.PushSequence()) w.WriteEncodedValue(responder.Der);
            }
        });
        return Write(w =>
        {
            using (w.PushSequence())
            {
                w.WriteEncodedValue([0x0A, 1, status]);
                using (w.PushSequence(Zero))
                using (w.PushSequence())
                {
                    w.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.1");
                    w.WriteOctetString(basic);
                }
            }
        });
    }

    private static void Data(AsnWriter w, TestAuthority certificate, TestAuthority issuer, DateTimeOffset from, DateTimeOffset? until, int? reason)
    {
        var info = new AsnReader(issuer.Certificate.PublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
        info.ReadEncodedValue();
        var key = info.ReadBitString(out _);
        using (w.PushSequence())
        {
            using (w.PushSequence(Two)) w.WriteOctetString(SHA384.HashData(key).AsSpan(0, 20));
            w.WriteGeneralizedTime(from, omitFractionalSeconds: true);
            using (w.PushSequence())
            using (w.PushSequence())
            {
                using (w.PushSequence())
                {
                    using (w.PushSequence()) w.WriteObjectIdentifier("2.16.840.1.101.3.4.2.2");
                    w.WriteOctetString(SHA384.HashData(issuer.Certificate.Subject.Span));
                    w.WriteOctetString(SHA384.HashData(key));
                    w.WriteInteger(certificate.Certificate.Serial.Span);
                }
                Status(w, from, reason);
                w.WriteGeneralizedTime(from, omitFractionalSeconds: true);
                if (until is { } end)
                    using (w.PushSequence(Zero)) w.WriteGeneralizedTime(end, omitFractionalSeconds: true);
            }
        }
    }

    private static void Status(AsnWriter w, DateTimeOffset from, int? reason)
    {
        if (reason is not { } why)
        {
            w.WriteNull(Zero);
            return;
        }
        if (why < 0)
        {
            w.WriteNull(Two);
            return;
        }
        using (w.PushSequence(One))
        {
            w.WriteGeneralizedTime(from, omitFractionalSeconds: true);
            using (w.PushSequence(Zero)) w.WriteEncodedValue([0x0A, 1, (byte)why]);
        }
    }

    private static byte[] Write(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }
}
