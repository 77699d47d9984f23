using SwarmCompute.Attestation;
using SwarmCompute.Guest.Collection;
using SwarmCompute.Guest.Tests.Collection.Nvidia;

namespace SwarmCompute.Guest.Tests.Collection;

public sealed class CollectCommandTests : IDisposable
{
    private static readonly string Hex = Convert.ToHexStringLower(TsmCase.Bound);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collect-");

    private string Out => Path.Combine(_folder.FullName, "evidence.bin");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Evidence_is_written_and_said_in_one_line()
    {
        var (exit, line) = await Run(new EmulatedTsm { Driver = "tdx_guest" }, new FakeNvml(2), "--report-data", Hex, "--out", Out);
        Assert.Equal((0, """{"type":"tdx","bytes":140,"certificates":0,"gpus":2,"confidentialGpus":2}"""), (exit, line));
        Assert.Equal(EmulatedTsm.EvidenceFor(TsmCase.Bound), await File.ReadAllBytesAsync(Out, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Certificates_are_written_where_they_are_asked_for()
    {
        byte[] table = [.. Convert.FromHexString("63da758de6644564adc5f4b93be8accd"), 48, 0, 0, 0, 2, 0, 0, 0, .. new byte[24], 0x30, 0];
        var file = Path.Combine(_folder.FullName, "certificates.der");
        var plain = new FakeNvml(1) { Confidential = new NvidiaDeviceState(false, false) };
        var (_, line) = await Run(new EmulatedTsm { Table = table }, plain, "--report-data", Hex, "--out", Out, "--certificates", file);
        Assert.Equal("""{"type":"sev-snp","bytes":140,"certificates":1,"gpus":1,"confidentialGpus":0}""", line);
        Assert.Equal([0x30, 0], await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_machine_without_hardware_is_exit_code_1_and_no_file()
    {
        Assert.Equal((1, ""), await Run(new EmulatedTsm { IsPresent = false }, null, "--report-data", Hex, "--out", Out));
        Assert.False(File.Exists(Out));
    }

    [Theory]
    [InlineData("--report-data and --out are needed", "--out", "/tmp/x")]
    [InlineData("give 128 digits", "--report-data", "00", "--out", "/tmp/x")]
    [InlineData("--out needs a value", "--out")]
    [InlineData("--color is not an option", "--color", "blue")]
    public async Task A_wrong_start_is_one_clear_line_and_exit_code_1(string line, params string[] arguments)
    {
        await using var process = GuestProcess.Start(["collect", .. arguments]);
        Assert.Equal(1, await process.Exited(TestContext.Current.CancellationToken));
        Assert.Contains(line, process.Errors, StringComparison.Ordinal);
        Assert.Single(process.Errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_exit_code_1()
    {
        var missing = Path.Combine(_folder.FullName, "none", "evidence.bin");
        Assert.Equal((1, ""), await Run(new EmulatedTsm(), null, "--report-data", Hex, "--out", missing));
    }

    private static async Task<(int Exit, string Line)> Run(EmulatedTsm kernel, FakeNvml? nvml, params string[] arguments)
    {
        await using var output = new StringWriter();
        var exit = await CollectCommand.Run(arguments, kernel, () => nvml, TimeProvider.System, output, TestContext.Current.CancellationToken);
        return (exit, output.ToString().TrimEnd());
    }
}
