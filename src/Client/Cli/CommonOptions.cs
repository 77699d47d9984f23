using System.CommandLine;
using System.Text;
using SwarmCompute.Chain;

namespace SwarmCompute.Client.Cli;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    private const string SwarmVariable = "SWARM_FILE";
    private const int ApiKeyBytesMax = 1024;

    /// <summary><c>--swarm FILE</c>.</summary>
    public static Option<string> Swarm() => new("--swarm")
    {
        Description = $"the file that says where the swarm is; default: ${SwarmVariable}",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(SwarmVariable) ?? "",
    };

    /// <summary><c>--key-file FILE</c>.</summary>
    public static Option<string> KeyFile() => new("--key-file") { Description = "the file with your account's private key (hexadecimal)", Required = true };

    /// <summary><c>--api-key-file FILE</c>.</summary>
    public static Option<string?> ApiKeyFile() => new("--api-key-file") { Description = "the file with the key that the order's head asks for, where its manifest names keys" };

    /// <summary>The order's number.</summary>
    public static Argument<string> Order() => new("order") { Description = "the order's number" };

    /// <summary>Reads the swarm's file.</summary>
    /// <exception cref="CommandException">None is named, or it cannot be read.</exception>
    public static SwarmFile Read(this ParseResult parsed, Option<string> swarm) => parsed.GetRequiredValue(swarm) is { Length: > 0 } path
        ? SwarmFile.Read(path)
        : throw new CommandException($"which swarm? give --swarm FILE, or set {SwarmVariable} (docs/configuration.md)");

    /// <summary>Reads an order's number.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static OrderId Read(this ParseResult parsed, Argument<string> order) => Parse(parsed.GetRequiredValue(order), OrderId.Parse);

    /// <summary>Reads an API key from its file; null where none is named.</summary>
    /// <exception cref="CommandException">The file cannot be read.</exception>
    public static string? ReadApiKey(this ParseResult parsed, Option<string?> file) =>
        parsed.GetValue(file) is { } path ? Encoding.UTF8.GetString(InputFile.Read(path, ApiKeyBytesMax, "a file with an API key")).Trim() : null;

    /// <summary>Reads an amount.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static Wei ReadWei(this ParseResult parsed, Option<string> amount) => Parse(parsed.GetRequiredValue(amount), Wei.Parse);

    /// <summary>Reads the address of a chain's endpoint.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static Uri ParseUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        ? url
        : throw new CommandException($"'{text}' is not an address; give one such as http://127.0.0.1:8545");

    /// <summary>Reads a value by its own rule.</summary>
    /// <exception cref="CommandException">The text breaks the rule.</exception>
    public static T Parse<T>(string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException wrong)
        {
            throw new CommandException(wrong.Message, wrong);
        }
    }

    /// <summary>Reads an account's key file.</summary>
    /// <exception cref="CommandException">It cannot be read, or holds no key.</exception>
    public static Account ReadAccount(this ParseResult parsed, Option<string> keyFile) => ReadAccount(parsed.GetRequiredValue(keyFile));

    /// <inheritdoc cref="ReadAccount(ParseResult, Option{string})"/>
    public static Account ReadAccount(string path)
    {
        if (path.Length == 0) throw new CommandException("no key file is named; give the file with your account's private key");
        try
        {
            return Account.FromKeyFile(path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException(wrong.Message, wrong);
        }
    }
}
