namespace SwarmCompute.Client.Demo;

/// <summary>What a demo does, as the person asked for it.</summary>
internal sealed record DemoOptions
{
    public const int Silos = 3;
    public const int TokensMin = 4;
    public const int TokensMax = 4096;

    /// <summary>The GGUF to run; null for the one that the repository ships.</summary>
    public string? Model { get; init; }

    public string Prompt { get; init; } = "Once upon a time";

    /// <summary>Tokens to generate in each of the two runs.</summary>
    public int Tokens { get; init; } = 96;

    /// <summary>The silo to kill, 0 to 2; null for the one that hosts a middle stage.</summary>
    public int? KillSilo { get; init; }

    /// <summary>The number of tokens that the client has when the silo is killed; null for a third of the answer.</summary>
    public int? KillAtToken { get; init; }

    /// <summary>An existing development chain; null starts anvil.</summary>
    public Uri? Rpc { get; init; }

    public ulong ChainId { get; init; } = 31337;

    /// <summary>The account that deploys, orders and pays on an existing chain.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The deposit in wei; null for a comfortable one.</summary>
    public Wei? Deposit { get; init; }

    /// <summary>Port of the first silo's API, the others follow; 0 takes free ones.</summary>
    public int Port { get; init; }

    /// <summary>Where logs and state go; null for the checkout's own folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether every stage after the head has a standby.</summary>
    public bool Standby { get; init; }

    /// <summary>Whether the swarm stays up after the story, until it is stopped.</summary>
    public bool Keep { get; init; }

    /// <summary>The first fault in one line, or null.</summary>
    public string? Fault() => this switch
    {
        { Tokens: < TokensMin or > TokensMax } => $"--tokens is {Tokens}; give {TokensMin} to {TokensMax}",
        { KillSilo: < 0 or >= Silos } => $"--kill-silo is {KillSilo}; give 0 to {Silos - 1}",
        { KillAtToken: { } token } when token < 1 || token >= Tokens => $"--kill-at-token is {token}; give 1 to {Tokens - 1}",
        { Prompt.Length: 0 or > 4096 } => "--prompt is empty or longer than 4096 characters",
        { Port: < 0 or > 65535 - Silos } => $"--port is {Port}; give 0 for free ports, or 1 to {65535 - Silos}",
        { Rpc: not null, KeyFile: null } => "--rpc needs --key-file: a file with the private key (hexadecimal) of the account that deploys and pays",
        { Rpc: null, KeyFile: not null } => "--key-file needs --rpc; without it the demo starts its own chain with its own accounts",
        _ => null,
    };
}
