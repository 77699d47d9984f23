using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Mints reports of devices, with certificates and manifests, under test keys.</summary>
internal sealed class NvidiaMint
{
    private const string Sha384 = "2.16.840.1.101.3.4.2.2";

    public NvidiaMint(string chip = "GH100", string dice = "2.23.133.5.4.1")
    {
        Product = chip.Replace("_", "", StringComparison.Ordinal);
        Vbios = chip.StartsWith("LS", StringComparison.Ordinal) ? Encoding.ASCII.GetBytes("96.00.5E.00.01") : [0, 0x5E, 0, 0x96, 1, 0, 0, 0];
        FirmwareId = RandomNumberGenerator.GetBytes(48);
        Root = TestAuthority.Root("Device Root", Key(), pathLength: 4);
        var family = Root.Issue("Family", new() { Authority = true }, Key());
        var provisioner = family.Issue("Provisioner", new() { Authority = true }, Key());
        var brom = provisioner.Issue($"{chip} A01 GSP BROM", new() { Authority = true }, Key());
        var leaf = brom.Issue($"{chip} A01 GSP FMC LF", new() { Extensions = [new X509Extension(dice, Dice(FirmwareId), critical: false)] }, Key());
        Devices = [leaf, brom, provisioner, family, Root];
        Rim = new(Product);
    }

    public TestAuthority Root { get; }

    public TestAuthority[] Devices { get; }

    public RimMint Rim { get; }

    public string Product { get; }

    public byte[] FirmwareId { get; }

    public byte[] Vbios { get; }

    public string Driver { get; init; } = "550.90.07";

    public bool WithFirmwareId { get; init; } = true;

    public byte[] Nonce { get; init; } = [.. Enumerable.Repeat((byte)0xA5, 32)];

    public byte Slot { get; init; }

    public byte Extra { get; init; }

    public int IndexFrom { get; init; } = 1;

    public List<(int Type, byte[] Data)> More { get; } = [];

    public byte[][] Blocks { get; } = [.. Enumerable.Range(0, 40).Select(i => SHA384.HashData([(byte)i]))];

    public string VbiosText { get; } = "96.00.5E.00.01";

    public NvidiaRoots Roots => new(Root.Certificate.Hash, Rim.Root.Certificate.Hash);

    public byte[] Chain => [.. Devices.SelectMany(d => Encoding.ASCII.GetBytes(d.Pem))];

    public string VbiosRim() => Rim.Document(VbiosText, [0, 1, 2, 35], Blocks);

    public string DriverRim() => Rim.Document(Driver, [10, 11], Blocks);

    public static NvidiaCollateral Collateral(params string[] rims) => new([.. rims.Select(r => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(r))], []);

    public byte[] Report()
    {
        var record = new List<byte>();
        for (var i = 0; i < Blocks.Length; i++)
        {
            record.AddRange([(byte)(i + IndexFrom), 1, .. U16(Blocks[i].Length + 3), 1, .. U16(Blocks[i].Length), .. Blocks[i]]);
        }
        var opaque = new List<byte>();
        void Field(int type, byte[] data) => opaque.AddRange([.. U16(type), .. U16(data.Length), .. data]);
        Field(6, Vbios);
        if (Driver.Length > 0) Field(3, [.. Encoding.ASCII.GetBytes(Driver), 0]);
        if (WithFirmwareId) Field(20, FirmwareId);
        Field(21, [0x55]);
        foreach (var (type, data) in More) Field(type, data);
        byte[] signed = [
            0x11, 0xE0, 0x01, 0xFF, .. Nonce, Slot,
            0x11, 0x60, 0, 0, (byte)Blocks.Length, (byte)(record.Count & 255), (byte)(record.Count >> 8), 0, .. record,
            .. new byte[32], .. U16(opaque.Count), .. opaque];
        return [.. signed, .. Devices[0].SignFixed(signed), .. new byte[Extra]];
    }

    public static ECDsa Key() => ECDsa.Create(ECCurve.NamedCurves.nistP384);

    private static byte[] U16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] Dice(byte[] hash)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                foreach (var one in new[] { hash, new byte[48] })
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(Sha384);
                        writer.WriteOctetString(one);
                    }
                }
            }
        }
        return writer.Encode();
    }
}
