"""A mask to take away: pictures for the eye, COCO and GeoJSON for other programs.

`pixels` are RGB uint8 (H, W, 3), `mask` uint8 (H, W) of indices into a label set, 255 unlabelled.
"""

import json
from collections.abc import Collection
from io import BytesIO
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_mask

from segdemo.labels import LabelSet, check_mask, paint, write_mask

Pixels = NDArray[np.uint8]


def index_png(mask: Pixels, label_set: LabelSet) -> bytes:
    """The class indices themselves, as a palette PNG in the classes' colours."""
    buffer = BytesIO()
    write_mask(mask, label_set, buffer)
    return buffer.getvalue()


def overlay_png(pixels: Pixels, mask: Pixels, label_set: LabelSet, opacity: float) -> bytes:
    """The photo under the classes' colours, of `opacity` 0 (photo alone) to 1."""
    _check_fit(pixels, mask)
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity={opacity} must be from 0 to 1; move the slider.")
    mixed = (1 - opacity) * pixels + opacity * paint(mask, label_set)
    return _png(np.rint(mixed).astype(np.uint8))


def cutout_png(pixels: Pixels, mask: Pixels, classes: Collection[int]) -> bytes:
    """The photo where `mask` is one of `classes`, transparent elsewhere: RGBA."""
    _check_fit(pixels, mask)
    kept = np.isin(mask, list(classes))
    if not kept.any():
        raise ValueError(
            "the classes chosen cover no pixel of this mask, but a cut-out needs one; "
            "choose a class that the mask shows."
        )
    alpha = np.where(kept, np.uint8(255), np.uint8(0))
    return _png(np.dstack([np.where(kept[..., None], pixels, 0).astype(np.uint8), alpha]))


def coco_json(mask: Pixels, label_set: LabelSet, file_name: str) -> bytes:
    """COCO's object format, one run-length encoded annotation a class, category id = index + 1.

    COCO reserves the category id 0. Read it with `pycocotools.coco.COCO`.
    """
    check_mask(mask, label_set)
    height, width = mask.shape
    annotations: list[dict[str, Any]] = []
    for index in _classes(mask, label_set):
        coded = coco_mask.encode(np.asfortranarray(mask == index).astype(np.uint8))
        annotations.append(
            {
                "id": len(annotations) + 1,
                "image_id": 1,
                "category_id": index + 1,
                "segmentation": {"size": [height, width], "counts": coded["counts"].decode()},
                "area": int(coco_mask.area(coded)),
                "bbox": [float(number) for number in coco_mask.toBbox(coded)],
                "iscrowd": 0,
            }
        )
    categories = [{"id": i + 1, "name": name} for i, name in enumerate(label_set.classes)]
    image = {"id": 1, "width": width, "height": height, "file_name": file_name}
    found = {"images": [image], "categories": categories, "annotations": annotations}
    return json.dumps(found).encode()


def geojson(mask: Pixels, label_set: LabelSet) -> bytes:
    """Every connected region of a class as a polygon along its pixels' edges, holes cut out.

    Coordinates are pixels, [x, y], x to the right and y down from the photo's upper left corner:
    no longitudes. Regions are connected through pixels' sides. An unlabelled region has none.
    """
    check_mask(mask, label_set)
    features = [
        {
            "type": "Feature",
            "properties": {
                "class": label_set.classes[index],
                "index": index,
                "colour": label_set.hex(index),
                "area": polygon.area,
            },
            "geometry": shapely.geometry.mapping(polygon),
        }
        for index in _classes(mask, label_set)
        for polygon in regions(mask == index)
    ]
    height, width = mask.shape
    found = {
        "type": "FeatureCollection",
        "coordinates": "pixels: [x, y], x to the right, y down, origin at the upper left corner",
        "width": width,
        "height": height,
        "features": features,
    }
    return json.dumps(found, separators=(",", ":")).encode()


def regions(inside: NDArray[np.bool_]) -> list[shapely.Polygon]:
    """The connected regions of a (H, W) truth map as polygons in pixels, largest first."""
    rows = np.pad(inside.astype(np.int8), ((0, 0), (1, 1)))
    row, column = np.nonzero(np.diff(rows, axis=1))
    starts, ends, lines = column[::2], column[1::2], row[::2]
    merged = shapely.union_all(shapely.box(starts, lines, ends, lines + 1))
    parts = [part for part in shapely.get_parts(merged) if isinstance(part, shapely.Polygon)]
    # Runs that meet leave a vertex a row; none of them says anything.
    straight = [part.simplify(0) for part in parts]
    return sorted(straight, key=lambda part: -part.area)


def _classes(mask: Pixels, label_set: LabelSet) -> list[int]:
    """The classes that a mask shows, in index order, the unlabelled left out."""
    return [int(index) for index in np.unique(mask) if index != label_set.ignore_index]


def _check_fit(pixels: Pixels, mask: Pixels) -> None:
    """Refuse a mask of another size than its photo."""
    if pixels.shape[:2] != mask.shape:
        raise ValueError(
            f"the photo is {pixels.shape[1]} x {pixels.shape[0]} pixels and its mask "
            f"{mask.shape[1]} x {mask.shape[0]}, which must be one size; segment this photo."
        )


def _png(pixels: Pixels) -> bytes:
    """An array as a PNG file."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
