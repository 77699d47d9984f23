namespace SwarmCompute.Bench;

/// <summary>Who holds one stage: an address and a port, as the one who is told can reach it.</summary>
internal sealed record StagePlace(uint Epoch, int Port, byte[] Certificate, string Address = "127.0.0.1");
