using System.Text.Json.Serialization;

namespace SwarmCompute.Bench;

/// <summary>What the bench tells a process of a stage, a line of JSON each. A closed union.</summary>
[JsonDerivedType(typeof(Load), "load"), JsonDerivedType(typeof(Join), "join"), JsonDerivedType(typeof(Map), "map"), JsonDerivedType(typeof(Generate), "generate")]
[JsonDerivedType(typeof(Count), "count"), JsonDerivedType(typeof(Listen), "listen"), JsonDerivedType(typeof(Pass), "pass"), JsonDerivedType(typeof(HandOver), "hand-over")]
[JsonDerivedType(typeof(Echo), "echo"), JsonDerivedType(typeof(Ping), "ping"), JsonDerivedType(typeof(Relay), "relay")]
[JsonDerivedType(typeof(Ask), "ask"), JsonDerivedType(typeof(Gauge), "gauge")]
internal abstract record StageCommand
{
    /// <summary>Load these layers, for a place in a pipeline that comes later.</summary>
    /// <param name="Libraries">The folder of llama.cpp.</param>
    /// <param name="StageFile">The layers; null for a kernel that only copies.</param>
    /// <param name="ModelFile">The whole model, whose embeddings a head needs.</param>
    /// <param name="CopyWidth">Floats for each token of a kernel that only copies.</param>
    /// <param name="Last">Whether the layers end the model.</param>
    /// <param name="PrefixesMax">Sessions that are kept for prompts that begin alike: none where work is timed that must be done.</param>
    public sealed record Load(string Libraries, string? StageFile, string? ModelFile, int CopyWidth, bool Last, int ContextTokens, int SessionsMax, int PrefixesMax = 0) : StageCommand;

    /// <summary>Take this place in the pipeline.</summary>
    /// <param name="Certificate">What the authority of the run issued, DER.</param>
    /// <param name="Key">Its key, PKCS #8.</param>
    /// <param name="Root">The authority's root, DER.</param>
    public sealed record Join(int Slot, int Slots, uint Epoch, byte[] Certificate, byte[] Key, byte[] Root, string Address = "127.0.0.1") : StageCommand;

    /// <summary>Who holds which stage.</summary>
    public sealed record Map(long Generation, StagePlace[] Stages) : StageCommand;

    /// <summary>Hand over to this standby from now on, and say when it has all there is.</summary>
    public sealed record HandOver(int Slot, StagePlace Standby) : StageCommand;

    /// <summary>Generate an answer to each prompt, all at once.</summary>
    /// <param name="AnnounceAt">Say when the first answer has so many tokens; 0: never.</param>
    public sealed record Generate(int[][] Prompts, int Tokens, int AnnounceAt) : StageCommand;

    /// <summary>Generate an answer, and say each token as it comes.</summary>
    /// <param name="Number">Names the answer in what is said of it.</param>
    /// <param name="Resume">Tokens of the answer that are there already.</param>
    public sealed record Ask(int Number, int[] Prompt, int[] Resume, int Tokens) : StageCommand;

    /// <summary>Say how many sessions are open.</summary>
    public sealed record Gauge : StageCommand;

    /// <summary>Say how many bytes were allocated so far.</summary>
    public sealed record Count : StageCommand;

    /// <summary>Open a port for a ring of plain TCP.</summary>
    public sealed record Listen : StageCommand;

    /// <summary>Pass messages round a ring of plain TCP.</summary>
    /// <param name="Begins">Whether this process sends the first one, and times the rounds.</param>
    public sealed record Pass(int NextPort, int BytesIn, int BytesOut, int Rounds, bool Begins) : StageCommand;

    /// <summary>Open a port at this address that sends back what it receives.</summary>
    public sealed record Echo(string Address) : StageCommand;

    /// <summary>Time a byte there and back.</summary>
    public sealed record Ping(string Address, int Port, int Rounds) : StageCommand;

    /// <summary>Open a port at this address, and pass on what comes there to a target and back, each way so much later.</summary>
    public sealed record Relay(string Address, string Target, int TargetPort, double DelayMs) : StageCommand;
}
