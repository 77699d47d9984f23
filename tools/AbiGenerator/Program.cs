using SwarmCompute.AbiGenerator;

if (args is not [var folder, .. { Length: > 0 } artifacts])
{
    Console.Error.WriteLine("usage: AbiGenerator OUTPUT-FOLDER ARTIFACT.json …   (as forge writes them, contracts/out/X.sol/X.json)");
    return 1;
}
try
{
    Directory.CreateDirectory(folder);
    var contracts = artifacts.Select(Contract.Read).ToArray();
    foreach (var contract in contracts)
    {
        File.WriteAllText(Path.Combine(folder, $"{contract.Name}.g.cs"), ContractSource.Write(contract));
        File.WriteAllBytes(Path.Combine(folder, $"{contract.Name}.bin"), [.. contract.Bytecode]);
        File.WriteAllBytes(Path.Combine(folder, $"{contract.Name}.runtime"), [.. contract.Runtime]);
        File.WriteAllLines(Path.Combine(folder, $"{contract.Name}.immutables"), contract.Immutables.Select(place => $"{place.Start} {place.Length}"));
    }
    File.WriteAllText(Path.Combine(folder, "ContractErrors.g.cs"), ErrorsSource.Write(contracts));
    return 0;
}
catch (Exception e) when (e is IOException or FormatException or System.Text.Json.JsonException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"AbiGenerator : error : {e.Message}");
    return 1;
}
