using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Demo;

/// <summary>
/// A process of the swarm. It holds the other end of a pipe on its standard input, so that it ends when this process ends, however that happens.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LogBytesMax = 32 * 1024 * 1024;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan PipesTimeout = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly Task _log;
    private Task _rest = Task.CompletedTask;

    private ChildProcess(string name, Process process, string logFile)
    {
        Name = name;
        LogFile = logFile;
        _process = process;
        Id = process.Id;
        _log = Copy(process.StandardError.BaseStream, logFile);
    }

    public string Name { get; }

    public string LogFile { get; }

    public int Id { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program of this repository.</summary>
    /// <exception cref="CommandException">It cannot be started.</exception>
    public static ChildProcess Start(string name, string executable, IEnumerable<string> arguments, string logFile)
    {
        var start = new ProcessStartInfo(executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(logFile)!,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";         // several short-lived processes share a few cores: less to compile, less to hold
        try
        {
            return new ChildProcess(name, Process.Start(start)!, logFile);
        }
        catch (Win32Exception missing)
        {
            throw new CommandException($"{name} cannot be started ({executable}: {missing.Message}); run ./swarm again to build it", missing);
        }
    }

    /// <summary>Waits for the line of JSON by which the process says that it is ready. The document is the caller's to dispose.</summary>
    /// <exception cref="CommandException">It said that it cannot start, or said nothing in time, or ended.</exception>
    public async Task<JsonDocument> Ready(TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            var line = await _process.StandardOutput.ReadLineAsync(either.Token)
                ?? throw new CommandException($"{Name} ended before it was ready{LastLine()}; its log is {LogFile}");
            var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("error", out var error)) throw new CommandException($"{Name} cannot start: {error.GetString()}");
            _rest = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return json;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CommandException($"{Name} was not ready within {timeout.TotalSeconds:0} s; its log is {LogFile}");
        }
        catch (JsonException wrong)
        {
            throw new CommandException($"{Name} said something that cannot be read instead of being ready; its log is {LogFile}", wrong);
        }
    }

    /// <summary>SIGKILL, now: as if the power had gone.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Closes its standard input and waits; kills it when it does not end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Stop();
        // Its pipes close with it; where a process that it started holds one open a moment longer, nobody waits for that one here.
        await Task.WhenAny(Task.WhenAll(_log, _rest), Task.Delay(PipesTimeout, CancellationToken.None));
        _process.Dispose();
    }

    private async Task Stop()
    {
        using var limit = new CancellationTokenSource(StopTimeout);
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            await _process.WaitForExitAsync(CancellationToken.None);       // it ended just now, by itself
        }
    }

    private string LastLine()
    {
        var last = File.Exists(LogFile) ? File.ReadLines(LogFile).LastOrDefault(l => l.Length > 0) : null;
        return last is null ? "" : $" ({last.Trim()})";
    }

    private static async Task Copy(Stream from, string path)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            BufferSize = 0,                                  // what a dying process said last is in the log
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var buffer = new byte[8192];
        var written = 0L;
        while (await from.ReadAsync(buffer) is > 0 and var count)
        {
            if ((written += count) <= LogBytesMax) await file.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
