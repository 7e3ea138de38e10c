using System.Globalization;
using System.Text;

namespace Wsmq.Cli.Output;

/// <summary>
/// Makes foreign text safe for a terminal: control characters, with which a message could move the cursor or rewrite what stands
/// on the screen, are shown as escapes, and so are characters that reverse or hide text.
/// </summary>
internal static class Printable
{
    public static string Line(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        var builder = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsUnsafe(c))
                builder.Append(c == '\n' ? "\\n" : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"));
            else
                builder.Append(c);
        }

        return builder.ToString();
    }

    private static bool IsUnsafe(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
