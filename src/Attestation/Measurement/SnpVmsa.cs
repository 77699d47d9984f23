using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>
/// The page that holds a virtual processor's first state (AMD64 APM volume 2, table B-4, "VMSA Layout, State Save Area for SEV-ES"),
/// as each launcher fills it.
/// </summary>
internal static class SnpVmsa
{
    /// <summary>Where the first processor starts: the reset vector of the x86 architecture.</summary>
    public const uint BootEip = 0xffff_fff0;

    private const ulong LegacyPat = 0x0007_0406_0007_0406;

    public static byte[] Page(SnpVmm vmm, uint eip, uint cpuSignature, ulong features)
    {
        var page = new byte[SnpLaunchDigest.PageSize];
        WriteSegments(page, vmm, eip);
        U64(page, 0xd0, 0x1000);                                            // EFER: SVME
        U64(page, 0x148, 0x40);                                             // CR4: MCE
        U64(page, 0x158, 0x10);                                             // CR0: ET
        U64(page, 0x160, 0x400);                                            // DR7
        U64(page, 0x168, 0xffff_0ff0);                                      // DR6
        U64(page, 0x170, 2);                                                // RFLAGS
        U64(page, 0x178, eip & 0xffff);                                     // RIP
        U64(page, 0x268, vmm == SnpVmm.Gce ? 0x70106 : LegacyPat);          // G_PAT
        U64(page, 0x310, vmm == SnpVmm.Qemu ? cpuSignature : 0x600);        // RDX
        U64(page, 0x3b0, features);                                         // SEV_FEATURES
        U64(page, 0x3e8, 1);                                                // XCR0
        if (vmm != SnpVmm.Qemu) return page;
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(0x408), 0x1f80);   // MXCSR
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(0x410), 0x37f);    // x87 FCW
        return page;
    }

    private static void WriteSegments(byte[] page, SnpVmm vmm, uint eip)
    {
        Segment(page, 0x00, 0, 0x93, 0);                                    // ES
        Segment(page, 0x10, 0xf000, vmm == SnpVmm.Ec2 && eip == BootEip ? (ushort)0x9a : (ushort)0x9b, eip & 0xffff_0000);
        Segment(page, 0x20, 0, vmm == SnpVmm.Ec2 ? (ushort)0x92 : (ushort)0x93, 0);
        for (var at = 0x30; at <= 0x50; at += 0x10) Segment(page, at, 0, 0x93, 0);      // DS, FS, GS
        Segment(page, 0x60, 0, 0, 0);                                       // GDTR
        Segment(page, 0x70, 0, 0x82, 0);                                    // LDTR
        Segment(page, 0x80, 0, 0, 0);                                       // IDTR
        Segment(page, 0x90, 0, vmm == SnpVmm.Ec2 ? (ushort)0x83 : (ushort)0x8b, 0);     // TR
    }

    private static void Segment(byte[] page, int at, ushort selector, ushort attributes, ulong @base)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(at), selector);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(at + 2), attributes);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(at + 4), 0xffff);
        U64(page, at + 8, @base);
    }

    private static void U64(byte[] page, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(at), value);
}
