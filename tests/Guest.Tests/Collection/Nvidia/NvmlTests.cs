using System.Buffers.Binary;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Collection.Nvidia;

namespace SwarmCompute.Guest.Tests.Collection.Nvidia;

public sealed class NvmlTests
{
    private static readonly Hash32 Nonce = Hash32.Sha256("nonce"u8);

    [Fact]
    public void No_library_is_no_session() => Assert.Null(Nvml.TryOpen("libnone-of-nvidia.so.1"));

    [Fact]
    public void Another_library_is_named() =>
        Assert.Contains("libc.so.6 has no nvmlInit_v2", Assert.Throws<GuestException>(() => Nvml.TryOpen("libc.so.6")).Message, StringComparison.Ordinal);

    [Fact]
    public void Structures_have_the_sizes_of_the_header()
    {
        Assert.Equal(12, NvmlBuffers.NewState().Length);
        Assert.Equal([20, 0, 0, 1, .. new byte[16]], NvmlBuffers.NewSettings());
        Assert.Equal(12 + 32 + 8192 + 4096, NvmlBuffers.NewReport(Nonce).Length);
        Assert.Equal(Nonce.ToArray(), NvmlBuffers.NewReport(Nonce)[12..44]);
        Assert.Equal(8 + 4096 + 5120, NvmlBuffers.NewCertificates().Length);
    }

    [Theory]
    [InlineData(1, 0, 0, true, false)]
    [InlineData(1, 1, 0, true, true)]
    [InlineData(0, 0, 0, false, false)]
    [InlineData(0, 0, 1, true, false)]
    [InlineData(7, 7, 7, false, true)]
    public void A_mode_is_confidential_where_the_driver_says_so(uint feature, uint tools, uint several, bool confidential, bool open)
    {
        Assert.Equal(new NvidiaDeviceState(confidential, open), NvmlBuffers.Settings(Words(0, 9, feature, tools, several)));
        if (several == 0) Assert.Equal(new NvidiaDeviceState(confidential, open), NvmlBuffers.State(Words(9, feature, tools)));
    }

    [Fact]
    public void Reports_and_chains_are_taken_by_their_lengths()
    {
        var report = NvmlBuffers.NewReport(Nonce);
        Words(1, 3, 2).CopyTo(report, 0);
        report.AsSpan(44).Fill(5);
        Assert.Equal([5, 5, 5], NvmlBuffers.Report(report));
        var certificates = NvmlBuffers.NewCertificates();
        Words(1, 2).CopyTo(certificates, 0);
        certificates.AsSpan(8 + 4096).Fill(6);
        Assert.Equal([6, 6], NvmlBuffers.Chain(certificates));
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(8193u, 5121u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    public void A_length_that_cannot_be_is_not_believed(uint report, uint chain)
    {
        var reported = NvmlBuffers.NewReport(Nonce);
        Words(0, report).CopyTo(reported, 0);
        Assert.Null(NvmlBuffers.Report(reported));
        var certificates = NvmlBuffers.NewCertificates();
        Words(0, chain).CopyTo(certificates, 0);
        Assert.Null(NvmlBuffers.Chain(certificates));
    }

    private static byte[] Words(params uint[] words)
    {
        var bytes = new byte[words.Length * sizeof(uint)];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), words[i]);
        return bytes;
    }
}
