using System.Diagnostics;
using System.Globalization;
using System.Text;
using SwarmCompute.TestKit;

namespace SwarmCompute.Guest.Tests;

/// <summary>The built guest as a child process: its input is held open, its outputs are kept.</summary>
internal sealed class GuestProcess : IAsyncDisposable
{
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;

    private GuestProcess(Process process)
    {
        Process = process;
        _reading = ReadErrors();
    }

    public Process Process { get; }

    public string Errors
    {
        get { lock (_errors) return _errors.ToString(); }
    }

    public static GuestProcess Start(params string[] arguments) => new(Process.Start(
        new ProcessStartInfo(Repository.Executable("Guest"), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!);

    public async Task<string> ReadLine(CancellationToken cancel) =>
        await Process.StandardOutput.ReadLineAsync(cancel) ?? throw new InvalidOperationException($"The process ended without a line: {Errors}");

    public void WriteLine(string line)
    {
        Process.StandardInput.Write(line + "\n");
        Process.StandardInput.Flush();
    }

    public void CloseInput() => Process.StandardInput.Close();

    public void Terminate()
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", Process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<int> Exited(CancellationToken cancel)
    {
        await Process.WaitForExitAsync(cancel);
        await _reading.WaitAsync(cancel);
        return Process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited) Process.Kill();
        await Process.WaitForExitAsync(CancellationToken.None);
        Process.Dispose();
    }

    private async Task ReadErrors()
    {
        while (await Process.StandardError.ReadLineAsync(CancellationToken.None) is { } line)
            lock (_errors) _errors.AppendLine(line);
    }
}
