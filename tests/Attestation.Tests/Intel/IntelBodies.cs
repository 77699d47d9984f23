using System.Buffers.Binary;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Report bodies of minted quotes.</summary>
internal static class IntelBodies
{
    public static byte[] Td(int bodyType)
    {
        var body = new byte[bodyType switch { 2 => TdReport.Size10, 3 => TdReport.Size15, _ => TdReport.Size15Ex }];
        byte[] svn = [6, 1, 3];
        svn.CopyTo(body, 0);
        body.AsSpan(16, 48).Fill(0x5b);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(120), TdAttributes.SeptVeDisable);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(128), 0x602e7);
        body.AsSpan(136, 48).Fill(0x91);
        for (var i = 0; i < 4; i++) body.AsSpan(328 + 48 * i, 48).Fill((byte)(0x40 + i));
        body.AsSpan(520, 64).Fill(0x9a);
        if (bodyType >= 3) svn.CopyTo(body, 584);
        return body;
    }

    public static byte[] Sgx(byte mrSigner, int product, int svn)
    {
        var report = new byte[SgxReport.Size];
        report[48] = 0x11;
        report.AsSpan(64, 32).Fill(0xe5);
        report.AsSpan(128, 32).Fill(mrSigner);
        BinaryPrimitives.WriteUInt16LittleEndian(report.AsSpan(256), (ushort)product);
        BinaryPrimitives.WriteUInt16LittleEndian(report.AsSpan(258), (ushort)svn);
        report.AsSpan(320, 64).Fill(0x9a);
        return report;
    }
}
