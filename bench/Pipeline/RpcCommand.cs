using System.Text.Json.Serialization;

namespace SwarmCompute.Bench;

/// <summary>What the bench tells the processes of llama.cpp's own split, a line of JSON each. A closed union.</summary>
[JsonDerivedType(typeof(Serve), "serve"), JsonDerivedType(typeof(Split), "split"), JsonDerivedType(typeof(Generate), "generate")]
internal abstract record RpcCommand
{
    /// <summary>Serve layers on a port of this machine. Never answered: the library's server does not return.</summary>
    public sealed record Serve(string Libraries, string RpcLibrary, int Port) : RpcCommand;

    /// <summary>Load a model onto these servers.</summary>
    public sealed record Split(string Libraries, string RpcLibrary, string Model, int[] Ports, int ContextTokens) : RpcCommand;

    /// <summary>Generate an answer, always the likeliest token.</summary>
    public sealed record Generate(int[] Prompt, int Tokens) : RpcCommand;
}
