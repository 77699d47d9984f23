using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace SwarmCompute.AbiGenerator;

/// <summary>Writes the table of all contracts' errors by selector.</summary>
internal static class ErrorsSource
{
    /// <summary>The whole file.</summary>
    public static string Write(IEnumerable<Contract> contracts)
    {
        var text = new StringBuilder(ContractSource.Heading("all contracts")).AppendLine("""
            internal static class ContractErrors
            {
                public static AbiSignature? Find(uint selector) => selector switch
                {
            """);
        foreach (var error in contracts.SelectMany(c => c.Items).Where(i => i.Kind == "error").DistinctBy(e => e.Signature).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var parameters = string.Join(", ", error.Inputs.Select(i => $"new(\"{i.Name}\", \"{i.Type.Canonical}\")"));
            text.AppendLine(CultureInfo.InvariantCulture, $"        0x{BinaryPrimitives.ReadUInt32BigEndian(error.Hash):x8} => new(\"{error.Name}\", [{parameters}]),");
        }
        return text.AppendLine("        _ => null,").AppendLine("    };").AppendLine("}").ToString();
    }
}
