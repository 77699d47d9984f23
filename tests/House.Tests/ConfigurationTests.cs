using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace SwarmCompute.House.Tests;

/// <summary>The configuration page, the manifests of k8s/ and the options of the silo name the same settings.</summary>
public sealed partial class ConfigurationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "configuration.md"));

    [Fact]
    public void Every_option_of_a_silo_is_on_the_page()
    {
        var options = from file in Checkout.Files("src/Silo/Configuration", "Options.cs")
                      let section = Section().Match(Path.GetFileName(file)).Groups["name"].Value
                      from Match property in Property().Matches(File.ReadAllText(file))
                      select $"`{section}:{property.Groups["name"].Value}`";
        Assert.All(options, option => Assert.Contains(option, Page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_setting_of_the_kubernetes_manifests_is_on_the_page()
    {
        var yaml = File.ReadAllText(Path.Combine(Checkout.Root, "k8s", "configuration.yaml"));
        var text = yaml[yaml.IndexOf("    {\n", StringComparison.Ordinal)..yaml.IndexOf("\n---", StringComparison.Ordinal)];
        using var json = JsonDocument.Parse(text);
        var settings = json.RootElement.EnumerateObject().SelectMany(s => s.Value.EnumerateObject().Select(m => $"`{s.Name}:{m.Name}`"));
        Assert.All(settings, setting => Assert.Contains(setting, Page, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^Silo(?<name>\w+)Options\.cs$")]
    private static partial Regex Section();

    [GeneratedRegex(@"^    public [\w?]+ (?<name>\w+) \{ get; set; \}", RegexOptions.Multiline)]
    private static partial Regex Property();
}
