using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using ProxyGroups.Groups;
using Yarp.ReverseProxy;

namespace ProxyGroups.Admin;

/// <summary>The page at <c>ProxyGroups:Overview</c>: every app, where it is, its slots as lamps. JSON where the client asks for it.</summary>
internal sealed class OverviewPage(ProcessGroupRegistry groups, IProxyStateLookup routes)
{
    public async Task WriteAsync(HttpContext context)
    {
        var snapshots = groups.All.OrderBy(static group => group.Name, StringComparer.Ordinal).Select(GroupSnapshot.Of).ToList();
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase))
        {
            await context.Response.WriteAsJsonAsync(snapshots, SnapshotJson.Options, context.RequestAborted);
            return;
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(Render(snapshots), context.RequestAborted);
    }

    private string Render(List<GroupSnapshot> snapshots)
    {
        var page = new StringBuilder(Head);
        var (busy, slots) = (snapshots.Sum(static group => group.BusySlots), snapshots.Sum(static group => group.Slots));
        page.Append(CultureInfo.InvariantCulture, $"<h1>ProxyGroups</h1><p>{snapshots.Count} process groups, {busy} of {slots} slots busy now.</p><main>");
        foreach (var group in snapshots)
        {
            RenderGroup(page, group);
        }

        return page.Append("</main><footer>A lamp is a slot: one request at a time in one worker process. Reloads every 2 seconds.</footer></html>").ToString();
    }

    private void RenderGroup(StringBuilder page, GroupSnapshot group)
    {
        page.Append("<section><h2>").Append(TitleOf(group.Name)).Append("</h2><p>")
            .Append(CultureInfo.InvariantCulture, $"{WebUtility.HtmlEncode(group.Kind)} &middot; {ProcessesOf(group)}{(group.Serves ? $" x {group.Threads} &middot; {group.BusySlots} of {group.Slots} slots busy &middot; {group.Queued} waiting" : " in the background")} &middot; {group.State}</p>");
        if (group.Failure is { } failure)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=failure>Generation {failure.Generation} does not start: {WebUtility.HtmlEncode(failure.Cause)} {WebUtility.HtmlEncode(failure.Remedy)}</p>");
        }

        if (group.Shortage is { } shortage)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=failure>{WebUtility.HtmlEncode(char.ToUpperInvariant(shortage[0]) + shortage[1..])}</p>");
        }

        if (group.PreloadFault is { } fault)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=failure>{fault.Effect}: {WebUtility.HtmlEncode(fault.Cause)}. {WebUtility.HtmlEncode(fault.Remedy)}</p>");
        }

        if (group.Cgroup is { CpuPressure: { } cpu, MemoryPressure: { } memory, IoPressure: { } disk })
        {
            page.Append(CultureInfo.InvariantCulture, $"<p><small>waited in the last 10 s for cpu {cpu.Last10:0} %, memory {memory.Last10:0} %, disk {disk.Last10:0} % of the time{(group.Cgroup.OomKills > 0 ? $"; {group.Cgroup.OomKills} processes killed for want of memory" : string.Empty)}</small></p>");
        }

        foreach (var worker in group.Workers)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=worker title=\"{worker.State}\"><span>{worker.Rank}<small> pid {worker.Pid}, generation {worker.Generation}</small></span><i>");
            for (var slot = 0; slot < worker.Slots; slot++)
            {
                page.Append(slot < worker.Busy ? "<b class=busy></b>" : "<b></b>");
            }

            page.Append("</i></div>");
        }

        page.Append("</section>");
    }

    private static string ProcessesOf(GroupSnapshot group) =>
        string.Create(CultureInfo.InvariantCulture, $"{group.Processes}{(group.MaxProcesses > group.Processes ? $" to {group.MaxProcesses}" : string.Empty)}");

    // The first plain path among the group's routes is where a person can go.
    private string TitleOf(string name)
    {
        var text = WebUtility.HtmlEncode(name);
        var path = routes.GetRoutes()
            .Where(route => string.Equals(route.Config.ClusterId, name, StringComparison.OrdinalIgnoreCase))
            .Select(static route => route.Config.Match.Path is { } pattern ? pattern.Split('{')[0] : "/")
            .FirstOrDefault();
        return path is null ? text : $"<a href=\"{WebUtility.HtmlEncode(path)}\">{text}</a>";
    }

    private const string Head = """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="2">
        <title>ProxyGroups</title><style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
        main{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:1rem}section{border:1px solid #8884;border-radius:.8rem;padding:1rem}
        h1{margin:0}h2{margin:0;font-size:1.15rem}p{margin:.2rem 0 .8rem;opacity:.75;font-size:.9rem}.worker{display:flex;gap:.8rem;align-items:center;margin:.3rem 0}
        .failure{border-left:3px solid #c60;padding-left:.6rem}.worker span{min-width:10.5rem;font-variant-numeric:tabular-nums}small{opacity:.6}i{display:flex;flex-wrap:wrap;gap:4px}
        b{width:13px;height:13px;border-radius:50%;background:#8883;border:1px solid #8886}b.busy{background:#f90;border-color:#f90;box-shadow:0 0 6px #f90}
        footer{margin-top:2rem;opacity:.6;font-size:.85rem}</style>
        """;
}
