using System.ComponentModel;

namespace SwarmCompute.Cvm.Development;

/// <summary>
/// Starts the guest as a plain process: no hardware stands behind it, and its evidence says so. The guest's standard input stays
/// open as long as it may run; it ends when that ends, so that not even a killed agent leaves one behind.
/// </summary>
public sealed class ProcessCvmDriver : ICvmDriver
{
    /// <summary>The evidence type of its CVMs.</summary>
    public const string EvidenceType = "development";

    private const int LogFilesMax = 64;
    private readonly ProcessCvmOptions _options;

    /// <summary>Makes the work directory, and clears away what guests of an earlier, killed agent left there.</summary>
    /// <exception cref="CvmException">The work directory cannot be used.</exception>
    public ProcessCvmDriver(ProcessCvmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        try
        {
            foreach (var left in Directory.CreateDirectory(options.WorkDirectory).EnumerateDirectories("*-*-e*")) left.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CvmException($"The guests' work directory {options.WorkDirectory} cannot be used: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public CvmProbe Probe() => new(EvidenceType, File.Exists(_options.Executable) ? null : $"The guest's executable {_options.Executable} does not exist; build it, or name another.");

    /// <summary>The folder that a launch's guest works in.</summary>
    public string WorkDirectoryOf(LeaseId lease, LeaseEpoch epoch) =>
        Path.Combine(_options.WorkDirectory, new CvmLaunch(lease, epoch, default).Name);

    /// <summary>The file that a launch's guest logs to; the part before it, when it has grown too long, has <c>.1</c> at its name's end.</summary>
    public string LogFileOf(LeaseId lease, LeaseEpoch epoch) => WorkDirectoryOf(lease, epoch) + ".log";

    /// <inheritdoc/>
    public async Task<IRunningCvm> Launch(CvmLaunch launch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(launch);
        RequireOneLine(launch.Ticket.Span);
        var directory = WorkDirectoryOf(launch.Lease, launch.Epoch);
        try
        {
            Directory.CreateDirectory(directory);
            DropOldLogs();
            var log = new BoundedLog(LogFileOf(launch.Lease, launch.Epoch));
            return await ProcessCvm.Start(launch, _options.Executable, directory, log, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new CvmException($"The guest of lease {launch.Lease} cannot be started: {e.Message}", e);
        }
    }

    private static void RequireOneLine(ReadOnlySpan<byte> ticket)
    {
        if (ticket.Length is 0 or > CvmLaunch.TicketBytesMax) throw new CvmException($"A ticket has {ticket.Length} bytes; 1 to {CvmLaunch.TicketBytesMax} are possible.");
        if (ticket.ContainsAny((byte)'\n', (byte)'\r')) throw new CvmException("A ticket is one line, and this one has a line end in it.");
    }

    private void DropOldLogs()
    {
        var logs = new DirectoryInfo(_options.WorkDirectory).GetFiles("*-*-e*.log*");
        foreach (var old in logs.OrderByDescending(f => f.LastWriteTimeUtc).Skip(LogFilesMax)) old.Delete();
    }
}
