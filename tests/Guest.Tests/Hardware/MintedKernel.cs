using System.Buffers.Binary;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Attestation.Tests.Amd;
using SwarmCompute.Guest.Tests.Collection;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>Emulated kernels on processors that sign, with keys of the tests, whatever report data the guest writes.</summary>
internal static class MintedKernel
{
    private const int TdReportData = 520;                                    // Intel TDX DCAP Quoting Library API, "TD Quote Body": REPORTDATA
    private const int SnpReportData = 0x50;                                  // AMD 56860, SEV Secure Nested Paging Firmware ABI, "ATTESTATION_REPORT": REPORT_DATA

    public static EmulatedTsm Of(string type, SwarmOfHardware swarm) => type switch
    {
        "tdx" => Tdx(swarm.Vendors.Intel),
        "cca" => Cca(swarm.Arm),
        _ => Snp(swarm.Vendors.Amd),
    };

    public static EmulatedTsm Tdx(IntelCase platform) => new()
    {
        Driver = "tdx_guest",
        Table = null,
        Sign = reportData =>
        {
            reportData.CopyTo(platform.Body, TdReportData);
            return platform.ToQuote();
        },
    };

    public static EmulatedTsm Snp(SnpMint processor) => new()
    {
        Driver = "sev_guest",
        Floor = 0,
        Table = TableOf(processor.Vcek),
        Sign = reportData => processor.Report(report => reportData.CopyTo(report, SnpReportData)),
    };

    public static EmulatedTsm Cca(CcaMint platform) => new()
    {
        Driver = "arm_cca_guest",
        Table = null,
        Sign = reportData =>
        {
            reportData.CopyTo(platform.Challenge, 0);
            return platform.Token();
        },
    };

    // One entry, an entry of zeros, the certificate (AMD 56421, GHCB, "SNP Extended Guest Request").
    private static byte[] TableOf(byte[] vcek)
    {
        const int entry = 24;
        var table = new byte[2 * entry + vcek.Length];
        Convert.FromHexString("63da758de6644564adc5f4b93be8accd").CopyTo(table, 0);
        BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(16), 2 * entry);
        BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(20), vcek.Length);
        vcek.CopyTo(table, 2 * entry);
        return table;
    }
}
