using System.Diagnostics;
using System.Text.RegularExpressions;

namespace SwarmCompute.Fuzz.Tests;

public sealed partial class InstrumentationTests
{
    [Fact]
    public async Task The_program_sees_branches_of_the_parsers()
    {
        var (code, text) = await Run("PemBlocks", "--runs", "500", "--seed", "3");
        Assert.True(code == 0, text);
        Assert.True(int.Parse(Edges().Match(text).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 5, text);
    }

    [Fact]
    public async Task What_is_not_known_is_named_in_one_line()
    {
        var (code, text) = await Run("NoSuchTarget");
        Assert.Equal((2, "fuzz: There is no target 'NoSuchTarget'; --list names them."), (code, text.Trim()));
    }

    private static async Task<(int Code, string Text)> Run(params string[] arguments)
    {
        var cancel = TestContext.Current.CancellationToken;
        var program = Path.Combine(AppContext.BaseDirectory, "SwarmCompute.Fuzz.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = await process.StandardOutput.ReadToEndAsync(cancel) + await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, text);
    }

    [GeneratedRegex(@"(\d+) edges")]
    private static partial Regex Edges();
}
