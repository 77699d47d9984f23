using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Writes the extension of a PCK certificate.</summary>
internal sealed class PckExtensionWriter
{
    public int[] Components { get; } = [3, 3, .. new int[14]];

    public int PceSvn { get; set; } = 13;

    public byte[] Ppid { get; set; } = new byte[16];

    public byte[] PlatformInstanceId { get; set; } = new byte[16];

    public byte[] Fmspc { get; set; } = Convert.FromHexString("b0c06f000000");

    public byte[] PceId { get; set; } = [0, 0];

    public bool Broken { get; set; }

    public X509Extension ToExtension()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            Item(writer, ".1", w => w.WriteOctetString(Ppid));
            Item(writer, ".2", Tcb);
            Item(writer, ".3", w => w.WriteOctetString(PceId));
            Item(writer, ".4", w => w.WriteOctetString(Fmspc));
            if (!Broken) Item(writer, ".5", w => w.WriteEnumeratedValue(SgxType.Scalable));
            Item(writer, ".6", w => w.WriteOctetString(PlatformInstanceId));
            Item(writer, ".7", w => { using (w.PushSequence()) Item(w, ".7.1", x => x.WriteBoolean(true)); });
        }
        return new(PckPlatform.ExtensionOid, writer.Encode(), critical: false);
    }

    private void Tcb(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            for (var i = 0; i < 16; i++)
            {
                var svn = Components[i];
                Item(writer, $".2.{i + 1}", w => w.WriteInteger(svn));
            }
            Item(writer, ".2.17", w => w.WriteInteger(PceSvn));
            Item(writer, ".2.18", w => w.WriteOctetString(new byte[16]));
        }
    }

    private static void Item(AsnWriter writer, string end, Action<AsnWriter> value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(PckPlatform.ExtensionOid + end);
            value(writer);
        }
    }

    private enum SgxType
    {
        Standard,
        Scalable,
    }
}
