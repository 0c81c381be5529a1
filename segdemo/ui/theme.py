"""How the page looks and how it is served: theme, style sheets, launch settings."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.themes.utils import colors, fonts, sizes
from starlette.middleware import Middleware

from segdemo.ui import plot
from segdemo.ui.guard import RefuseRemoteFiles

STATIC = Path(__file__).parent / "static"
MAX_UPLOAD = "25mb"
WAITING = 64  # events in the queue before the server says that it is busy
COMPUTE: dict[str, Any] = {"concurrency_id": "compute", "concurrency_limit": 1}


def theme() -> gr.themes.Base:
    """Quiet greys, one accent, fonts that come with Gradio."""
    return gr.themes.Default(
        primary_hue=colors.teal,
        secondary_hue=colors.teal,
        neutral_hue=colors.slate,
        radius_size=sizes.radius_sm,
        spacing_size=sizes.spacing_md,
        font=(fonts.LocalFont("Source Sans Pro", weights=(400, 700)), "system-ui", "sans-serif"),
        font_mono=(fonts.LocalFont("IBM Plex Mono", weights=(400, 700)), "monospace"),
    ).set(
        body_background_fill="white",
        body_background_fill_dark="*neutral_950",
        block_border_width="1px",
        block_shadow="none",
        block_label_text_weight="600",
        block_title_text_weight="600",
        block_info_text_size="*text_sm",
        checkbox_label_shadow="none",
        checkbox_background_color_selected="*primary_700",
        checkbox_border_color_selected="*primary_700",
        slider_color="*primary_700",
        slider_color_dark="*primary_500",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )


def style_sheets() -> list[Path]:
    """The page's own first, then what its parts bring."""
    return sorted(STATIC.glob("*.css"), key=lambda path: (path.name != "page.css", path.name))


def launch_settings() -> dict[str, Any]:
    """The arguments of `launch()`: nothing monitored, nothing kept, no trace shown, bounded."""
    return {
        "theme": theme(),
        "css": "\n".join(path.read_text() for path in style_sheets()),
        "head": f"<script>{(STATIC / 'shell.js').read_text()}</script>",
        "footer_links": ["api"],
        "max_file_size": MAX_UPLOAD,
        "show_error": False,
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "app_kwargs": {"middleware": [Middleware(RefuseRemoteFiles)], "routes": [plot.route()]},
    }
