using System.Text;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation.Tests.Measurement;

public sealed class DstackLaunchTests
{
    private static readonly byte[] Kernel = [1, 2, 3], Initrd = [4];
    private static readonly (uint Address, uint Size, uint Kind)[] Sections = [(0x800000, 0x2000, 1), (0x80a000, 0x1000, 2), (0x80b000, 0x1000, 3), (0x80c000, 0x1000, 4), (0x810000, 0x1000, 0x10)];
    private static readonly byte[] Image = FirmwareImage.Snp(Sections);

    [Fact]
    public void A_description_launches_what_the_files_do()
    {
        Assert.True(SnpFirmware.TryRead(Image, default, out var firmware));
        var files = new SnpLaunch(firmware!, SnpVmm.Qemu, 3, SnpCpuSignature.Milan, 0x21, SnpKernelHashes.Of(Kernel, Initrd, "quiet"));
        Assert.Equal(Digest(files), Digest(Read(Description())));
        Assert.Equal(Digest(files with { Kernel = SnpKernelHashes.Of(Kernel, [], "quiet") }), Digest(Read(Description(d => d["initrd_hash"] = ""))));
        Assert.Equal(Digest(files), Digest(Read(Description(d => d["rootfs_hash"] = "not measured"))));
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "ovmf_hash", "\"00\"" }, { "kernel_hash", "\"\"" }, { "initrd_hash", "\"zz\"" }, { "initrd_hash", "null" }, { "vcpu_type", "\"EPYC-Venice\"" }, { "vcpus", "-1" },
        { "vcpus", "1.5" }, { "guest_features", "\"0x1\"" }, { "sev_es_reset_eip", "4294967296" }, { "base_cmdline", "\"\\ud800\"" }, { "ovmf_sections", "[]" },
        { "ovmf_sections", "{}" }, { "ovmf_sections", "[1]" }, { "ovmf_sections", """[{"gpa":0,"size":4096,"section_type":9}]""" },
        { "ovmf_sections", """[{"gpa":0,"size":100,"section_type":1}]""" }, { "ovmf_sections", """[{"gpa":0,"size":4026531840,"section_type":1}]""" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_description_with_one_fault_is_refused(string name, string value)
    {
        var text = Encoding.UTF8.GetString(Description(d => d[name] = "@"));
        Assert.False(DstackLaunch.TryRead(Encoding.UTF8.GetBytes(text.Replace("\"@\"", value, StringComparison.Ordinal)), out _), $"{name} {value}");
        Assert.False(DstackLaunch.TryRead(Description(d => d.Remove(name)), out _), name);
    }

    [Fact]
    public void Too_many_processors_or_a_firmware_without_a_place_for_hashes_give_no_digest()
    {
        Assert.False(SnpLaunchDigest.TryCompute(Read(Description(d => d["vcpus"] = uint.MaxValue)), out _));
        Assert.False(SnpLaunchDigest.TryCompute(Read(Description(d => d["sev_hashes_table_gpa"] = 0)), out _));
    }

    [Fact]
    public void What_is_no_description_is_refused()
    {
        foreach (var text in (string[])["", "{}", "[]", "1", "{\"vcpus\":1,\"vcpus\":1}"]) Assert.False(DstackLaunch.TryRead(Encoding.UTF8.GetBytes(text), out _), text);
        Assert.False(DstackLaunch.TryRead(new byte[DstackLaunch.BytesMax + 1], out _));
    }

    [Fact]
    public void Changed_descriptions_never_throw()
    {
        var (random, good, read) = (new Random(112), Description(), 0);
        for (var i = 0; i < 5000; i++)
            if (DstackLaunch.TryRead(Mutants.Of(good, random), out var launch) && launch!.ProcessorCount <= SnpLaunch.ProcessorsMax + 1) read++;
        Assert.InRange(read, 1, 4999);
    }

    private static byte[] Description(Action<JsonObject>? change = null)
    {
        var description = new JsonObject
        {
            ["base_cmdline"] = "quiet",
            ["ovmf_hash"] = Convert.ToHexStringLower(SnpLaunchDigest.SeedOf(Image)),
            ["kernel_hash"] = Hash32.Sha256(Kernel).ToString(),
            ["initrd_hash"] = Hash32.Sha256(Initrd).ToString(),
            ["sev_hashes_table_gpa"] = FirmwareImage.HashTable,
            ["sev_es_reset_eip"] = FirmwareImage.ResetEip,
            ["vcpus"] = 3,
            ["vcpu_type"] = "EPYC-Milan",
            ["guest_features"] = 0x21,
            ["ovmf_sections"] = new JsonArray([.. Sections.Select(s => new JsonObject { ["gpa"] = s.Address, ["size"] = s.Size, ["section_type"] = s.Kind })]),
        };
        change?.Invoke(description);
        return Encoding.UTF8.GetBytes(description.ToJsonString());
    }

    private static SnpLaunch Read(byte[] description)
    {
        Assert.True(DstackLaunch.TryRead(description, out var launch));
        return launch!;
    }

    private static string Digest(SnpLaunch launch)
    {
        Assert.True(SnpLaunchDigest.TryCompute(launch, out var digest));
        return Convert.ToHexStringLower(digest);
    }
}
