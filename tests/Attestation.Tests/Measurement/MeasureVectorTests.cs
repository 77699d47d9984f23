using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace SwarmCompute.Attestation.Tests.Measurement;

public sealed class MeasureVectorTests
{
    [Fact]
    public void All_launch_digests_are_reproduced() => VectorFolder.Use("measure", folder =>
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "snp_launch_digests.json")));
        Assert.Equal(14, cases.RootElement.GetArrayLength());
        foreach (var one in cases.RootElement.EnumerateArray())
        {
            var launch = Launch(folder, one.GetProperty("inputs"));
            Assert.True(SnpLaunchDigest.TryCompute(launch, out var digest), one.GetProperty("name").GetString());
            Assert.Equal((one.GetProperty("name").GetString(), one.GetProperty("launch_digest").GetString()), (one.GetProperty("name").GetString(), Hex(digest)));
        }
    });

    [Fact]
    public void A_firmware_that_takes_no_kernel_launches_none() => VectorFolder.Use("measure", folder =>
    {
        Assert.True(SnpFirmware.TryRead(File.ReadAllBytes(Path.Combine(folder, "ovmf_OvmfX64_suffix.bin")), default, out var firmware));
        Assert.False(SnpLaunchDigest.TryCompute(new(firmware!, SnpVmm.Qemu, 1, SnpCpuSignature.EpycV4, 1, SnpKernelHashes.Of([], [], "")), out _));
    });

    [Fact]
    public void The_ID_block_and_both_key_digests_are_reproduced() => VectorFolder.Use("measure", folder =>
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "snp_id_block.json")));
        byte[] Bytes(string name) => file.RootElement.GetProperty(name).GetBytesFromBase64();
        var block = new SnpIdBlock(Bytes("launch_digest_b64"), new byte[16], new byte[16], 0, 0x30000);
        Assert.Equal(Hex(Bytes("id_block_b64")), Hex(block.ToBytes()));
        Assert.Equal(Hex(Bytes("id_key_digest_b64")), KeyDigest(folder, "id_key_test.pub.pem"));
        Assert.Equal(Hex(Bytes("author_key_digest_b64")), KeyDigest(folder, "author_key_test.pub.pem"));
    });

    [Theory]
    [InlineData("dstack_quote_report.json", 28)]
    [InlineData("dstack_tdx_lite_getquote.json", 29)]
    public void A_replayed_log_gives_the_registers_of_its_quote(string name, int count) => VectorFolder.Use("measure", folder =>
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name)));
        var quote = Convert.FromHexString(file.RootElement.GetProperty("quote").GetString()!);
        Assert.True(DstackEventLog.TryRead(System.Text.Encoding.UTF8.GetBytes(file.RootElement.GetProperty("event_log").GetString()!), out var events));
        Assert.Equal(count, events.Length);
        var registers = RtmrReplay.Replay(events);
        for (var i = 0; i < 4; i++) Assert.Equal(Hex(quote.AsSpan(48 + 328 + (48 * i), 48)), Hex(registers[i]));    // TD report 1.0, RTMR0..3
    });

    private static SnpLaunch Launch(string folder, JsonElement inputs)
    {
        string? Text(string name) => inputs.TryGetProperty(name, out var value) ? value.GetString() : null;
        var seed = Convert.FromHexString(Text("seed") ?? "");
        Assert.True(SnpFirmware.TryRead(File.ReadAllBytes(Path.Combine(folder, Text("fw")!)), seed, out var firmware));
        var vmm = Text("vmm") is { } named ? Enum.Parse<SnpVmm>(named, ignoreCase: true) : SnpVmm.Qemu;
        var kernel = Text("kernel") is { } file
            ? SnpKernelHashes.Of(Convert.FromHexString(file), Convert.FromHexString(Text("initrd") ?? ""), Text("append") ?? "")
            : null;
        return new SnpLaunch(firmware!, vmm, inputs.GetProperty("vcpus").GetInt32(), (uint)Number(Text("sig")), Number(Text("feat")), kernel);
    }

    private static ulong Number(string? text) => text is null ? 0 : ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string KeyDigest(string folder, string name)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(folder, name)));
        return Hex(SnpIdBlock.KeyDigest(key));
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
