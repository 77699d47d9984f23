using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Runs programs in one network namespace, each within <see cref="WireGuardLimits.CommandTime"/>.</summary>
/// <param name="Programs">Where they are.</param>
/// <param name="Namespace">The namespace; null: this process's.</param>
/// <param name="Time">The clock.</param>
internal sealed record SystemCommand(SystemPrograms Programs, string? Namespace, TimeProvider Time)
{
    /// <summary>The full command line that runs a program in the namespace.</summary>
    /// <exception cref="OverlayException">The program, or <c>ip</c> where a namespace must be entered, is missing.</exception>
    public IReadOnlyList<string> Line(string program, params IEnumerable<string> arguments)
    {
        string[] line = [Programs.Require(program), .. arguments];
        return Namespace is null ? line : [Programs.Require(SystemPrograms.Ip), "netns", "exec", Namespace, .. line];
    }

    /// <summary>Runs a program that must succeed, and returns what it printed.</summary>
    /// <exception cref="OverlayException">It is missing, failed, printed too much, or took too long.</exception>
    public async Task<string> Run(string program, string[] arguments, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        var (code, output, error) = await Try(program, arguments, input, cancel);
        return code == 0 ? output : throw new OverlayException($"`{program} {string.Join(' ', arguments)}` failed with {code}: {FirstLine(error)}");
    }

    /// <summary>Runs a program; its exit code, and what it printed.</summary>
    /// <exception cref="OverlayException">It is missing, printed too much, or took too long.</exception>
    public async Task<(int Code, string Output, string Error)> Try(string program, string[] arguments, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        var line = Line(program, arguments);
        using var bound = new CancellationTokenSource(WireGuardLimits.CommandTime, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        using var process = Start(line);
        try
        {
            var (output, error) = (ReadAll(process.StandardOutput.BaseStream, either.Token), ReadAll(process.StandardError.BaseStream, either.Token));
            await Write(process, input, either.Token);
            await Task.WhenAll(output, error);
            await process.WaitForExitAsync(either.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
        {
            throw new OverlayException($"`{program} {string.Join(' ', arguments)}` did not end within {WireGuardLimits.CommandTime.TotalSeconds} s.", fault);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    public static string FirstLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "it said nothing";

    private static Process Start(IReadOnlyList<string> line)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(line[0], line.Skip(1))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception fault)
        {
            throw new OverlayException($"{line[0]} cannot be started: {fault.Message}", fault);
        }
    }

    private static async Task Write(Process process, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read its input: its exit code and its last words say why.
        }
    }

    private static async Task<string> ReadAll(Stream stream, CancellationToken cancel)
    {
        var buffer = new byte[WireGuardLimits.AnswerBytesMax];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        var text = length < buffer.Length ? Encoding.UTF8.GetString(buffer.AsSpan(0, length)) : null;
        return text ?? throw new OverlayException($"A command printed more than {WireGuardLimits.AnswerBytesMax} bytes.");
    }
}
