using System.Formats.Asn1;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;

namespace SwarmCompute.Fuzz;

/// <summary>Certificates around extensions, which are all that is under test: nobody signed them.</summary>
internal static class CertificateShell
{
    private const string AmdArc = "1.3.6.1.4.1.3704.1.";
    private static readonly string[] AmdParts = ["2", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4", "5"];
    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0), Extensions = new(TagClass.ContextSpecific, 3);
    private static readonly PkiCertificate Model = IntelCase.Root.Certificate;

    public static PkiCertificate? Around(string oid, byte[] value) => Build([(oid, value)]);

    /// <summary>Input in entries of part (one byte), length (one byte), value: the extensions of a key of AMD's.</summary>
    public static PkiCertificate? OfVek(byte[] input)
    {
        var parts = new SortedDictionary<int, byte[]>();
        for (var at = 0; at + 2 <= input.Length && parts.Count < AmdParts.Length;)
        {
            var end = Math.Min(input.Length, at + 2 + input[at + 1]);
            parts.TryAdd(input[at] % AmdParts.Length, input[(at + 2)..end]);
            at = end;
        }
        return Build([.. parts.Select(p => (AmdArc + AmdParts[p.Key], p.Value))]);
    }

    /// <summary>The input of which <see cref="OfVek"/> makes the extensions of a certificate.</summary>
    public static byte[] EntriesOf(PkiCertificate certificate)
    {
        var input = new List<byte>();
        for (var i = 0; i < AmdParts.Length; i++)
            if (certificate.TryGetExtension(AmdArc + AmdParts[i], out var value)) input.AddRange([(byte)i, (byte)value.Length, .. value.Span]);
        return [.. input];
    }

    private static PkiCertificate? Build((string Oid, byte[] Value)[] extensions)
    {
        var tbs = new AsnWriter(AsnEncodingRules.DER);
        using (tbs.PushSequence()) WriteTbs(tbs, extensions);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            tbs.CopyTo(writer);
            WriteAlgorithm(writer);
            writer.WriteBitString([0]);
        }
        return PkiCertificate.TryParse(writer.Encode(), out var certificate) ? certificate : null;
    }

    private static void WriteTbs(AsnWriter writer, (string Oid, byte[] Value)[] extensions)
    {
        using (writer.PushSequence(Version)) writer.WriteInteger(2);
        writer.WriteInteger(1);
        WriteAlgorithm(writer);
        writer.WriteEncodedValue(Model.Issuer.Span);
        using (writer.PushSequence())
        {
            writer.WriteUtcTime(Model.NotBefore);
            writer.WriteUtcTime(Model.NotAfter);
        }
        writer.WriteEncodedValue(Model.Subject.Span);
        writer.WriteEncodedValue(Model.PublicKeyInfo.Span);
        using (writer.PushSequence(Extensions))
        using (writer.PushSequence())
        {
            foreach (var (oid, value) in extensions)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteOctetString(value);
                }
            }
        }
    }

    private static void WriteAlgorithm(AsnWriter writer)
    {
        using (writer.PushSequence()) writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
    }
}
