using System.Diagnostics;
using System.Globalization;
using System.Text;
using SwarmCompute.Cvm.Development;

namespace SwarmCompute.Cvm.Tests;

public sealed class ProcessCvmDriverTests : IDisposable
{
    private static readonly LeaseId Lease = new(new OrderId(7), 1);
    private static readonly LeaseEpoch Epoch = new(2);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarm-cvm-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string GuestDirectory => Path.Combine(_directory.FullName, "7-1-e2");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task The_ticket_is_the_first_line_that_a_guest_reads()
    {
        var guest = await Launch("wait for stop");
        await guest.Stop(Long);
        Assert.Equal("ticket: wait for stop\n", await File.ReadAllTextAsync(Log(), Cancel));
    }

    [Fact]
    public async Task A_stopped_guest_ends_by_itself_and_leaves_only_its_log()
    {
        var guest = await Launch("wait");
        var exit = await guest.Stop(Long);
        Assert.Equal(new CvmExit(0, "ticket: wait"), exit);
        Assert.Equal("7-1-e2.log", Assert.Single(_directory.EnumerateFileSystemInfos()).Name);
    }

    [Fact]
    public async Task A_guest_that_does_not_heed_the_end_of_its_input_is_killed_and_wiped()
    {
        var guest = await Launch("hang");
        while (!File.Exists(Path.Combine(GuestDirectory, "stage.gguf"))) await Task.Delay(20, Cancel);
        var exit = await guest.Stop(TimeSpan.FromMilliseconds(100));
        Assert.Equal(137, exit.Code);
        Assert.False(Directory.Exists(GuestDirectory));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(guest.ProcessId));
    }

    [Fact]
    public async Task A_guest_that_fails_is_seen_with_its_code_and_its_last_words()
    {
        var guest = await Launch("fail");
        Assert.Equal(new CvmExit(3, "the model is not what it should be"), await guest.Exited.WaitAsync(Cancel));
    }

    [Fact]
    public async Task Stopping_twice_and_after_the_end_is_no_error()
    {
        var guest = await Launch("wait");
        var exits = await Task.WhenAll(guest.Stop(Long), guest.Stop(Long));
        Assert.All(exits, e => Assert.Equal(0, e.Code));
        Assert.Equal(0, (await guest.Stop(TimeSpan.Zero)).Code);
    }

    [Fact]
    public async Task A_guest_may_log_without_end_and_only_the_last_part_is_kept()
    {
        var guest = await Launch("talk 3000");
        var exit = await guest.Exited.WaitAsync(Cancel);
        Assert.Equal(0, exit.Code);
        var logs = _directory.GetFiles();
        Assert.Equal(["7-1-e2.log", "7-1-e2.log.1"], logs.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(logs, f => Assert.InRange(f.Length, 1, BoundedLog.PartBytesMax));
        Assert.Contains("2999 ...", await File.ReadAllTextAsync(Log(), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_guest_outlives_a_killed_agent()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["agent", _directory.FullName]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var agent = Process.Start(start)!;
        using var guest = Process.GetProcessById(int.Parse((await agent.StandardOutput.ReadLineAsync(Cancel))!, CultureInfo.InvariantCulture));
        agent.Kill();
        await guest.WaitForExitAsync(Cancel);
    }

    [Fact]
    public void What_guests_of_a_killed_agent_left_is_cleared_away_at_the_next_start()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(GuestDirectory).FullName, "stage.gguf"), "a slice");
        Driver();
        Assert.False(Directory.Exists(GuestDirectory));
    }

    [Fact]
    public async Task A_missing_executable_is_named_by_the_probe_and_by_a_launch()
    {
        var driver = new ProcessCvmDriver(new ProcessCvmOptions("/nowhere/guest", _directory.FullName));
        Assert.Equal(new CvmProbe("development", "The guest's executable /nowhere/guest does not exist; build it, or name another."), driver.Probe());
        var refused = await Assert.ThrowsAsync<CvmException>(() => driver.Launch(new CvmLaunch(Lease, Epoch, "wait"u8.ToArray()), Cancel));
        Assert.StartsWith("The guest of lease 7/1 cannot be started:", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    public async Task A_ticket_that_is_not_one_line_is_refused(string ticket) =>
        await Assert.ThrowsAsync<CvmException>(() => Launch(ticket));

    private string Log() => Driver().LogFileOf(Lease, Epoch);

    private ProcessCvmDriver Driver() => new(new ProcessCvmOptions(Environment.ProcessPath!, _directory.FullName));

    private Task<IRunningCvm> Launch(string ticket) => Driver().Launch(new CvmLaunch(Lease, Epoch, Encoding.UTF8.GetBytes(ticket)), Cancel);
}
