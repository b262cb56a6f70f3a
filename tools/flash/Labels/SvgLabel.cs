using System.Globalization;
using System.Net;
using System.Text;
using QRCoder;

namespace EdgeFleet.Flash.Labels;

/// <summary>A label as SVG: 62 x 29 mm, a size that label printers have; any program makes a PDF of it.</summary>
internal static class SvgLabel
{
    private const double Width = 62, Height = 29, Margin = 2, Line = 4.2, TextSize = 3.2;

    public static string Draw(LabelText text, QRCodeData code)
    {
        int modules = code.ModuleMatrix.Count;
        double side = Height - 2 * Margin, module = side / modules, left = Margin * 2 + side;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}mm\" height=\"{Height}mm\" viewBox=\"0 0 {Width} {Height}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>\n<path fill=\"#000\" shape-rendering=\"crispEdges\" d=\"");
        for (int y = 0; y < modules; y++)
        {
            for (int x = 0; x < modules; x++)
            {
                if (code.ModuleMatrix[y][x])
                    svg.Append(CultureInfo.InvariantCulture, $"M{Margin + x * module:0.###} {Margin + y * module:0.###}h{module:0.###}v{module:0.###}h-{module:0.###}z");
            }
        }
        svg.Append("\"/>\n");
        int row = 0;
        foreach (string line in Lines(text))
        {
            string weight = row == 0 ? "bold" : "normal";
            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{left:0.#}\" y=\"{Margin + TextSize + row++ * Line:0.#}\" font-family=\"sans-serif\" font-size=\"{TextSize}\" font-weight=\"{weight}\">{WebUtility.HtmlEncode(line)}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The lines beside the code.</summary>
    public static IEnumerable<string> Lines(LabelText text)
    {
        yield return text.Id;
        yield return text.Kind;
        if (text.Site.Length != 0)
            yield return text.Site;
        yield return text.HardwareId;
        yield return new Uri(text.Page).Authority;
    }
}
