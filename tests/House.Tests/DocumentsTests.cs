using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace SwarmCompute.House.Tests;

/// <summary>The documents speak of what is there.</summary>
public sealed partial class DocumentsTests
{
    private static readonly string[] Documents = [.. Checkout.Files("", ".md").Where(f => !Checkout.Relative(f).StartsWith("native/", StringComparison.Ordinal))];

    [Fact]
    public void Every_link_between_documents_leads_somewhere()
    {
        var broken = from file in Documents
                     from Match link in Link().Matches(File.ReadAllText(file))
                     let target = link.Groups["target"].Value.Split('#')[0]
                     where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
                     where !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target))
                     select $"{Checkout.Relative(file)}: {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_file_that_a_document_names_exists()
    {
        var missing = from file in Documents
                      from Match name in Named().Matches(File.ReadAllText(file))
                      where !Path.Exists(Path.Combine(Checkout.Root, name.Groups["path"].Value.TrimEnd('/')))
                      select $"{Checkout.Relative(file)}: {name.Groups["path"].Value}";
        Assert.Empty(missing);
    }

    [Fact]
    public async Task Every_command_of_the_readme_exists()
    {
        var cancel = TestContext.Current.CancellationToken;
        var client = Path.Combine(Checkout.Root, "artifacts", "bin", "Client", "release", "SwarmCompute.Client");
        Assert.True(File.Exists(client), "the client is not built");
        var text = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "README.md"), cancel);
        var commands = Command().Matches(text).Select(m => m.Groups["verbs"].Value.Trim()).Distinct().ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            using var process = Process.Start(new ProcessStartInfo(client, [.. command.Split(' '), "--help"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var help = await process.StandardOutput.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            Assert.True(process.ExitCode == 0 && help.Contains("Usage:", StringComparison.Ordinal), $"swarm {command} is no command");
        }
    }

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(?:src|tests|docs|contracts|native|tools|k8s|build|models)/[\w./-]+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\s*(?:\$ )?\./swarm (?<verbs>[a-z]+(?: [a-z]+)*)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
