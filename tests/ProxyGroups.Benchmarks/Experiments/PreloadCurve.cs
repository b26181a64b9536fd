using System.Globalization;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>What sharing saves as requests go by, case by case, and how near the front door's own figure of it comes.</summary>
internal static class PreloadCurve
{
    // Where the targets are.
    private const int Judged = 1_000;

    // Around what is.
    private const double LeastTold = 0.97;
    private const double MostTold = 1.03;

    // Enough to load most that the shop needs of Django; none of them asks for its settings when imported.
    private static readonly string[] Modules =
    [
        "django.core.wsgi", "django.core.management", "django.db.backends.sqlite3.base", "django.db.models", "django.forms", "django.middleware.common", "django.middleware.csrf", "django.middleware.security",
        "django.template.backends.django", "django.template.defaulttags", "django.template.loader_tags", "django.views.debug", "django.views.decorators.csrf", "django.views.generic",
        "django.contrib.admin", "django.contrib.admin.views.main", "django.contrib.messages.middleware", "django.contrib.sessions.middleware", "django.contrib.staticfiles",
    ];

    private static readonly Case[] Cases =
    [
        new("django", "one Django app, PreloadApp and Warmup", 6, [SharingApps.Shop], [], PreloadsApps: true, 0.60),
        new("modules", "one Django app, Django in Preload", 6, [SharingApps.Shop], Modules, PreloadsApps: false, null),
        new("learned", "three Django apps, \"Preload\": \"learn\"", 2, [SharingApps.Shop, SharingApps.Blog, SharingApps.Api], ["learn"], PreloadsApps: false, 0.75),
        new("learned-apps", "the same with PreloadApp and Warmup", 2, [SharingApps.Shop, SharingApps.Blog, SharingApps.Api], ["learn"], PreloadsApps: true, null),
        new("data", "Flask, pandas, sympy, SQLAlchemy, PreloadApp", 6, [SharingApps.Data], [], PreloadsApps: true, 0.40),
        new("alone", "a small app with one worker", 1, [SharingApps.Small], [], PreloadsApps: true, null),
    ];

    public static async Task RunAsync(Report report)
    {
        var table = SharingTable.Read(report.Plot);
        int[] marks = report.IsLong ? [0, 100, Judged, 10_000] : [0, 100, Judged];
        foreach (var found in Cases.Where(found => report.Only is null || report.Only == found.Name))
        {
            var plain = await SharingSite.MeasureAsync(found.Of(isPreloaded: false), found.WorkersEach, [], marks);
            var shared = await SharingSite.MeasureAsync(found.Of(found.PreloadsApps), found.WorkersEach, found.Modules, marks);
            Tell(report, found, plain, shared);
            table.Set(found.Title, plain, shared);
        }

        table.Write(report.Plot);
    }

    private static void Tell(Report report, Case found, SharingPoint[] plain, SharingPoint[] shared)
    {
        foreach (var (without, with) in plain.Zip(shared))
        {
            report.Note(string.Create(CultureInfo.InvariantCulture, $"{found.Title}, after {without.Requests}: plain {without.Used:0.0} MB, forked {with.Used:0.0} MB, ratio {with.Used / without.Used:0.000}; status: plain {with.Estimated:0.0} MB, saved {SavedTold(without, with):0.000} of what is"));
        }

        if (found.Target is { } target)
        {
            report.AtMost($"{found.Title}: memory of workers and all that they are forked from after {Judged} requests each, against plain ones", shared.Single(IsJudged).Used / plain.Single(IsJudged).Used, target, "");
            var told = SavedTold(plain.Single(IsJudged), shared.Single(IsJudged));
            report.AtLeast($"{found.Title}: what status says is saved by then, of what is", told, LeastTold, "");
            report.AtMost($"{found.Title}: the same", told, MostTold, "");
        }

        static double SavedTold(SharingPoint without, SharingPoint with) => (with.Estimated - with.Used) / (without.Used - with.Used);

        static bool IsJudged(SharingPoint point) => point.Requests == Judged;
    }

    /// <param name="Modules">Preload of the application group; empty: there is none.</param>
    /// <param name="Target">Null: what comes out is told, and no more.</param>
    private sealed record Case(string Name, string Title, int WorkersEach, Func<bool, SharedApp>[] Apps, string[] Modules, bool PreloadsApps, double? Target)
    {
        public IReadOnlyList<SharedApp> Of(bool isPreloaded) => [.. Apps.Select(app => app(isPreloaded))];
    }
}
