using System.Text;
using System.Xml;

namespace SwarmCompute.Attestation;

/// <summary>
/// The part of XML that manifests are written in: elements, attributes and text. Everything that could make two readers see two documents
/// is refused: document types, entities, comments, processing instructions, CDATA, and attributes of the xml namespace, on which Canonical
/// XML 1.0 and 1.1 would differ.
/// </summary>
internal static class RimXml
{
    /// <summary>The most bytes of a manifest.</summary>
    public const int BytesMax = 256 * 1024;

    private const int DepthMax = 8, ElementsMax = 1024, AttributesMax = 32;
    private const string Xmlns = "http://www.w3.org/2000/xmlns/", XmlNamespace = "http://www.w3.org/XML/1998/namespace";

    private static readonly (string, string)[] TextEscapes = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#xD;")];
    private static readonly (string, string)[] AttributeEscapes =
        [("&", "&amp;"), ("<", "&lt;"), ("\"", "&quot;"), ("\t", "&#x9;"), ("\n", "&#xA;"), ("\r", "&#xD;")];

    /// <summary>Reads a document; null, and why, where it is none or not in this part of XML.</summary>
    public static XmlElement? Read(ReadOnlyMemory<byte> bytes, out string fault)
    {
        fault = $"it has {bytes.Length} bytes, at most {BytesMax} are read";
        if (bytes.Length > BytesMax) return null;
        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes.Span).TrimStart('\uFEFF');
            fault = Look(text);
            if (fault.Length > 0) return null;
            var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
            using var reader = Reader(text);
            document.Load(reader);
            return document.DocumentElement;
        }
        catch (Exception e) when (e is XmlException or ArgumentException or InvalidOperationException)
        {
            fault = e.Message;
            return null;
        }
    }

    /// <summary>
    /// An element in Canonical XML (inclusive, without comments; the W3C's Canonical XML 1.1, section 2.3), with the namespaces that it
    /// inherits, and without one of its children: what the enveloped-signature transform leaves out (XML Signature, section 6.6.4).
    /// </summary>
    public static byte[] Canonical(XmlElement element, XmlElement? without = null)
    {
        var text = new StringBuilder();
        var inherited = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var parent = element.ParentNode as XmlElement; parent is not null; parent = parent.ParentNode as XmlElement)
            foreach (var (prefix, uri) in Declared(parent)) inherited.TryAdd(prefix, uri);
        Write(text, element, without, inherited, []);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static XmlReader Reader(string text) => XmlReader.Create(new StringReader(text),
        new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = BytesMax, CheckCharacters = true });

    private static string Look(string text)
    {
        using var reader = Reader(text);
        var elements = 0;
        while (reader.Read())
        {
            if (reader.NodeType is not (XmlNodeType.XmlDeclaration or XmlNodeType.Element or XmlNodeType.EndElement
                or XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)) return $"a manifest has no {reader.NodeType}";
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.Depth > DepthMax || ++elements > ElementsMax || reader.AttributeCount > AttributesMax)
                return "there are too many elements or attributes, or they lie too deep";
            while (reader.MoveToNextAttribute())
            {
                if (reader.NamespaceURI == XmlNamespace) return "a manifest has no attribute of the xml namespace";
                if (reader.NamespaceURI == Xmlns && reader.Value.Length == 0) return "a manifest takes no namespace back";
            }
        }
        return "";
    }

    private static void Write(StringBuilder text, XmlElement element, XmlElement? without, SortedDictionary<string, string> inherited, Dictionary<string, string> written)
    {
        var namespaces = new SortedDictionary<string, string>(inherited, StringComparer.Ordinal);
        foreach (var (prefix, uri) in Declared(element)) namespaces[prefix] = uri;
        var now = new Dictionary<string, string>(written);
        text.Append('<').Append(element.Name);
        foreach (var (prefix, uri) in namespaces)
        {
            if (now.TryGetValue(prefix, out var known) && known == uri) continue;
            now[prefix] = uri;
            Attribute(text, prefix.Length == 0 ? "xmlns" : "xmlns:" + prefix, uri);
        }
        var attributes = element.Attributes.Cast<XmlAttribute>().Where(a => a.NamespaceURI != Xmlns)
            .OrderBy(a => a.NamespaceURI, StringComparer.Ordinal).ThenBy(a => a.LocalName, StringComparer.Ordinal);
        foreach (var attribute in attributes) Attribute(text, attribute.Name, attribute.Value);
        text.Append('>');
        foreach (XmlNode child in element.ChildNodes)
        {
            if (child is XmlElement inner && inner != without) Write(text, inner, without, namespaces, now);
            else if (child is not XmlElement) text.Append(Escaped(child.Value!, TextEscapes));
        }
        text.Append("</").Append(element.Name).Append('>');
    }

    private static IEnumerable<(string Prefix, string Uri)> Declared(XmlElement element) =>
        element.Attributes.Cast<XmlAttribute>().Where(a => a.NamespaceURI == Xmlns).Select(a => (a.Prefix.Length == 0 ? "" : a.LocalName, a.Value));

    private static void Attribute(StringBuilder text, string name, string value) =>
        text.Append(' ').Append(name).Append("=\"").Append(Escaped(value, AttributeEscapes)).Append('"');

    private static string Escaped(string value, (string Raw, string Written)[] escapes)
    {
        foreach (var (raw, written) in escapes) value = value.Replace(raw, written, StringComparison.Ordinal);
        return value;
    }
}
