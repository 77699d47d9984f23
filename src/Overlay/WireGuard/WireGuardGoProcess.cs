using System.ComponentModel;
using System.Diagnostics;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>One run of wireguard-go, in the foreground, as a child that does not outlive this process.</summary>
internal sealed class WireGuardGoProcess : IAsyncDisposable
{
    /// <summary>
    /// Becomes the program that its arguments name, with the same process id, and leaves a watcher behind that ends the program when this
    /// process is gone, however that happens: then the pipe on standard input closes.
    /// </summary>
    private const string EndsWithUs = """
        exec 3<&0 </dev/null
        { cat <&3; [ "$(cat /proc/$$/comm)" = wireguard-go ] && kill -KILL $$; } >/dev/null 2>&1 &
        exec 3<&-
        exec "$@"
        """;

    private readonly Process _process;
    private volatile string _lastWords = "it said nothing";
    private bool _disposed;

    private WireGuardGoProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();                                      // a full pipe would stop it
        _process.BeginErrorReadLine();
        ProcessId = process.Id;
        Exited = process.WaitForExitAsync(CancellationToken.None);
    }

    public int ProcessId { get; }

    public Task Exited { get; }

    /// <summary>The last line that it printed.</summary>
    public string LastWords => _lastWords;

    /// <exception cref="OverlayException">It cannot be started.</exception>
    public static WireGuardGoProcess Start(string interfaceName, SystemCommand command)
    {
        var line = command.Line(SystemPrograms.WireGuardGo, "-f", interfaceName);
        try
        {
            return new WireGuardGoProcess(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", EndsWithUs, "wireguard-go", .. line])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!);
        }
        catch (Win32Exception fault)
        {
            throw new OverlayException($"wireguard-go cannot be started: {fault.Message}", fault);
        }
    }

    /// <summary>Ends it at once; its interface goes with it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await Exited;
        _process.StandardInput.Close();
        _process.Dispose();
    }

    // What it prints at every start, in a frame, is a hint to use the kernel's module.
    private void Hear(string? line)
    {
        if (!string.IsNullOrWhiteSpace(line) && char.IsAscii(line[0])) _lastWords = line.Length > 300 ? line[..300] : line;
    }
}
