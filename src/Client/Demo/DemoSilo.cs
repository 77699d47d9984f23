namespace SwarmCompute.Client.Demo;

/// <summary>A silo of the demo, ready.</summary>
/// <param name="Node">Its node's name.</param>
/// <param name="Web">Its HTTPS API.</param>
/// <param name="Process">Its process.</param>
internal sealed record DemoSilo(string Node, Uri Web, ChildProcess Process);
