using System.Diagnostics;

namespace SwarmCompute.Cvm.Development;

/// <summary>One guest as a process.</summary>
internal sealed class ProcessCvm : IRunningCvm
{
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(1);
    private readonly Process _process;

    private ProcessCvm(CvmLaunch launch, Process process, string directory, BoundedLog log)
    {
        Launch = launch;
        _process = process;
        ProcessId = process.Id;
        Exited = WaitForExit(directory, log);
    }

    public CvmLaunch Launch { get; }

    public int ProcessId { get; }

    public Task<CvmExit> Exited { get; }

    public static async Task<ProcessCvm> Start(CvmLaunch launch, string executable, string directory, BoundedLog log, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(executable, ["run"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,      // never this process's own: that one speaks to whoever started it
            RedirectStandardError = true,
        };
        var guest = new ProcessCvm(launch, Process.Start(start)!, directory, log);
        try
        {
            await guest.Hand(launch.Ticket, cancel);
        }
        catch (OperationCanceledException)
        {
            await guest.Stop(TimeSpan.Zero);
            throw;
        }
        return guest;
    }

    public async Task<CvmExit> Stop(TimeSpan grace)
    {
        CloseInput();
        using var limit = new CancellationTokenSource(grace);
        try
        {
            return await Exited.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            return await Exited;
        }
    }

    public void Kill() => _process.Kill(entireProcessTree: true);

    private async Task Hand(ReadOnlyMemory<byte> ticket, CancellationToken cancel)
    {
        try
        {
            var input = _process.StandardInput.BaseStream;
            await input.WriteAsync(ticket, cancel);
            await input.WriteAsync("\n"u8.ToArray(), cancel);
            await input.FlushAsync(cancel);
        }
        catch (IOException)
        {
            // It ended before it read its ticket: Exited says how.
        }
    }

    private void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended at this moment, with a part of its ticket unread.
        }
    }

    private async Task<CvmExit> WaitForExit(string directory, BoundedLog log)
    {
        await using (log)
        {
            var output = Task.WhenAll(log.Copy(_process.StandardError.BaseStream), log.Copy(_process.StandardOutput.BaseStream));
            await _process.WaitForExitAsync(CancellationToken.None);
            // A child of the guest may hold the pipes for longer than it lives: what comes later is not waited for.
            await Task.WhenAny(output, Task.Delay(OutputGrace, CancellationToken.None));
            CloseInput();
            return new CvmExit(_process.ExitCode, log.LastLine(), Clear(directory));
        }
    }

    // A guest that was ended by force has left its stage behind. What cannot be removed now is removed when the driver starts again.
    private static string? Clear(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;                        // it has cleared up by itself
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{directory} is left behind: {e.Message}";
        }
    }
}
